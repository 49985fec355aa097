"""What each status means and who has the next step, one sentence a status (the look: a sentence before the table)."""

from __future__ import annotations

from collections.abc import Mapping

INVOICE_MEANINGS: Mapping[str, str] = {
    "supplier_not_chosen": "Leverantören är inte känd. Levgruppen väljer leverantör eller makulerar.",
    "payment_information": "Konto eller betalsätt behöver kontrolleras. Två i levgruppen gör det.",
    "invoice_information": "En uppgift på fakturan stämmer inte. Lokal administratör rättar eller makulerar.",
    "reviewer_missing": "Ingen granskare är känd. Lokal administratör anger vem det är.",
    "awaiting_receipt": "Fakturan väntar på att leveransen kvitteras. Sedan går den vidare av sig själv.",
    "matching_required": "Fakturan stämmer inte med ordern eller kvittensen. Beställaren svarar.",
    "review": "Granskaren kontrollerar och konterar fakturan.",
    "approval": "Attestanten för ansvaret beslutar.",
    "attested": "Attesten går att ångra några sekunder till. Sedan blir fakturan klar.",
    "done": "Fakturan är godkänd. På fakturan står när den betalas, eller att den inte betalas av oss.",
    "cancelled": "Fakturan betalas inte. Skälet står på fakturan.",
}
ORDER_MEANINGS: Mapping[str, str] = {
    "draft": "Beställningen är inte skickad. Bara beställaren ser den.",
    "awaiting_approval": "Attestanten för ansvaret beslutar om köpet.",
    "attested": "Attesten går att ångra några sekunder till. Sedan skickas beställningen.",
    "sent_back": "Attestanten vill ha en ändring. Beställaren ändrar och skickar igen.",
    "sent": "Leverantören har fått ordern och har inte svarat än.",
    "confirmed": "Leverantören levererar som beställt.",
    "confirmed_with_change": "Leverantören vill ändra något. Beställaren tar ställning.",
    "change_awaiting_approval": "Ändringen kostar mer än det attesterade. Attestanten för ansvaret beslutar.",
    "change_attested": "Attesten av ändringen går att ångra några sekunder till. Sedan gäller ändringen.",
    "partly_received": "En del är kvitterad. Resten väntar.",
    "received": "Allt är kvitterat. Fakturan kan betalas.",
    "closed": "Ordern är färdig och tar inte emot fler fakturor.",
    "rejected_by_supplier": "Leverantören kan inte leverera. Beställ av någon annan.",
    "cancelled": "Ordern gäller inte längre.",
}
