import type { Credentials, Settings } from '../campaign/settings.ts';
import { INSECURE } from '../report/words.ts';
import type { Terminal } from './terminal.ts';

/** Says it where nobody can miss it, also when only the result is printed. */
export function warnIfInsecure({ transport }: Settings, terminal: Terminal): void {
  if (!transport.insecure) return;
  const frame = '!'.repeat(INSECURE.length + 6);
  terminal.err(`${frame}\n!! ${INSECURE} !!\n${frame}\n`);
}

/** The proxies that may be asked, without name and password; undefined where there are none. */
export function proxyFor({ endpoint = '' }: Settings, { proxies }: Credentials): string | undefined {
  const url = URL.parse((endpoint.startsWith('https:') ? proxies?.https : undefined) ?? proxies?.http ?? '');
  return url === null
    ? undefined
    : `${url.protocol}//${url.host}${proxies?.none === undefined ? '' : `, not for ${proxies.none}`}`;
}
