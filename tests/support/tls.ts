import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a file of fixtures/tls. */
export function tlsPath(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
}

export function tlsFile(name: string): string {
  return readFileSync(tlsPath(name), 'utf8');
}

/** What a server needs to show one of the certificates. */
export function shows(name: 'server' | 'self-signed'): { readonly cert: string; readonly key: string } {
  return { cert: tlsFile(`${name}.pem`), key: tlsFile(`${name}-key.pem`) };
}

/** What a server needs to ask for a client certificate of the authority. */
export const ASKS_FOR_CLIENT = { requestCert: true, rejectUnauthorized: true, ca: tlsFile('authority.pem') };
