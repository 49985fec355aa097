// A short text that stands for a long one, the same on every page.
const hash = text => {
  let a = 0xdeadbeef, b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 2654435761)
    b = Math.imul(b ^ text.charCodeAt(i), 1597334677)
  }
  return (a >>> 0).toString(36) + '.' + (b >>> 0).toString(36)
}
