/** `*` stands for anything; a pattern without one matches whole ids and everything below them. */
export function matcher(pattern: string): (id: string) => boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const expression = new RegExp(`^${source}${pattern.includes('*') ? '' : '(?:[./].*)?'}$`);
  return (id) => expression.test(id);
}
