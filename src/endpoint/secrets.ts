/** Replaces secrets in what an endpoint may echo, so that they get into no record. */
export interface Redactor {
  bytes(value: Buffer): Buffer;
  text(value: string): string;
}

const MASK = '[redacted]';

/** Shorter ones are masked only where they stand alone: within other text they may be anything. */
const TELLING_LENGTH = 8;

export function redactor(secrets: readonly string[]): Redactor {
  const all = [...new Set(secrets.flatMap(spellings))].toSorted((one, other) => other.length - one.length);
  const telling = all.filter((spelling) => spelling.length >= TELLING_LENGTH);
  const short = all
    .filter((spelling) => spelling.length < TELLING_LENGTH)
    .map((spelling) => new RegExp(`(?<![A-Za-z0-9])${literally(spelling)}(?![A-Za-z0-9])`, 'g'));
  const text = (value: string): string => {
    // Nearly always there is none: only looking for it takes a quarter of the time.
    const masked = telling.reduce(
      (rest, spelling) => (rest.includes(spelling) ? rest.replaceAll(spelling, MASK) : rest),
      value,
    );
    return short.reduce((rest, pattern) => rest.replace(pattern, MASK), masked);
  };
  return {
    text,
    bytes(value) {
      const plain = value.toString('latin1');
      const masked = text(plain);
      return masked === plain ? value : Buffer.from(masked, 'latin1');
    },
  };
}

/** Masks what either of them masks. */
export function both(one: Redactor, other: Redactor): Redactor {
  return { text: (value) => other.text(one.text(value)), bytes: (value) => other.bytes(one.bytes(value)) };
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** JSON writes some characters escaped, URLs others, and base64 and hexadecimal digits all: an echo may come in each of these spellings. */
function spellings(secret: string): string[] {
  if (secret === '') return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  const url = encodeURIComponent(secret);
  const strict = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const urls = [url, strict, strict.replaceAll('%20', '+')];
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    escaped,
    ...urls,
    ...urls.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...[0, 1, 2].flatMap((before) => withinBase64(bytes, before)),
    ...[hex, hex.toUpperCase()].filter((text) => text.length >= 2 * TELLING_LENGTH),
  ];
}

/** What base64 makes of the bytes wherever they stand in a longer text, `before` bytes behind a multiple of three. */
function withinBase64(bytes: Buffer, before: number): string[] {
  const all = Buffer.concat([Buffer.alloc(before), bytes]);
  const own = all.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
  if (own.length >= TELLING_LENGTH) return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  return before === 0 ? [bytes.toString('base64')] : [];
}
