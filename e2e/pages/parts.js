// What the page is made of: one short text for each kind of part on it, by which a page of nothing but parts that were
// judged before is known. The narrowest window is judged first, and what looks otherwise in a wider one is another part.
//
// A part is an element with all it stands in, as axe asks: its name, attributes, colours and letters, whether something
// reads it aloud, and whether what it points to is there.
() => {
  // As contrast asks: letters from 24 px on, or bold ones from 18.66, need less of it.
  const sizeOf = style => [18.66, 24].filter(size => parseFloat(style.fontSize) >= size).length
  const places = new WeakMap(), found = new Set()

  const points = /^(aria-(labelledby|describedby|controls|owns|activedescendant|errormessage)|for|headers)$/
  const told = /^(class|type|role|lang|scope|tabindex|autocomplete|aria-|data-)/
  const attribute = one => {
    if (points.test(one.name)) return one.name + one.value.split(/\s+/).map(id => +!!document.getElementById(id))
    return told.test(one.name) && one.value.length < 60 ? one.name + '=' + one.value : one.name
  }
  const isHeard = element => !!(element.textContent.trim() || element.getAttribute('aria-label')
    || element.getAttribute('alt') || element.getAttribute('title') || element.value || element.labels?.length)
  const ownOf = element => {
    const style = getComputedStyle(element)
    return [element.localName, ...[...element.attributes].map(attribute), +isHeard(element), style.color,
      sizeOf(style), style.fontWeight, style.backgroundColor, style.backgroundImage, style.opacity, style.display,
      style.visibility, style.position, style.overflowX].join('|')
  }
  const placeOf = element => {
    if (!places.has(element)) {
      const around = element.parentElement ? placeOf(element.parentElement) : ''
      places.set(element, hash(around + '|' + ownOf(element)))
    }
    return places.get(element)
  }
  for (const element of document.querySelectorAll('*')) found.add(placeOf(element))

  const ids = [...document.querySelectorAll('[id]')].map(element => element.id)
  return new Set(ids).size === ids.length && document.title ? [...found] : [...found, 'two of an id, or no title']
}
