/** How the endpoint is reached: whom TLS trusts, as whom we come, and through which proxy. */
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContextOptions } from 'node:tls';
import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import type { Credentials } from './credentials.ts';

/** Paths and flags, nothing secret. */
export interface Transport {
  /** PEM file of authorities that are trusted beside those that Node knows. */
  readonly caFile?: string | undefined;
  /** PEM files of the certificate that we show, and of its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Takes the endpoint's certificate for what it says: whoever sits in between can read and answer everything. */
  readonly insecure: boolean;
}

export const PLAIN_TRANSPORT: Transport = { insecure: false };

/** Where a proxy would look on its own machine, not on ours. */
const LOOPBACK = 'localhost,127.0.0.1,::1';

const CONNECT_TIMEOUT_MS = 10_000;

/** Connections of this transport. Reads its files, and throws as reading does: who takes them from a user checks them before. */
export function dispatcherFor(
  options: Omit<Agent.Options, 'connect' | 'factory'>,
  transport: Transport,
  { passphrase, proxies }: Pick<Credentials, 'passphrase' | 'proxies'>,
): Dispatcher {
  const toEndpoint = { allowH2: false, timeout: CONNECT_TIMEOUT_MS, ...tls(transport, passphrase) };
  const base = { ...options, connect: toEndpoint };
  if (proxies?.http === undefined && proxies?.https === undefined) return new Agent(base);
  return new EnvHttpProxyAgent({
    ...base,
    // Without it, undici forgets timeouts and limits behind a proxy.
    factory: (origin, own: Pool.Options) => new Pool(origin, { ...base, connect: own.connect ?? toEndpoint }),
    requestTls: toEndpoint,
    proxyTls: { allowH2: false, timeout: CONNECT_TIMEOUT_MS, ...tls({ caFile: transport.caFile, insecure: false }) },
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: [proxies.none ?? '', LOOPBACK].join(','),
  });
}

/** One context for all connections: each of its own would read hundreds of authorities again. */
function tls(
  { caFile, certFile, keyFile, insecure }: Transport,
  passphrase?: string,
): { readonly secureContext?: ReturnType<typeof createSecureContext>; readonly rejectUnauthorized?: false } {
  const given: SecureContextOptions = {
    ...(caFile === undefined ? {} : { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] }),
    ...(certFile === undefined || keyFile === undefined
      ? {}
      : {
          cert: readFileSync(certFile),
          key: readFileSync(keyFile),
          ...(passphrase === undefined ? {} : { passphrase }),
        }),
  };
  return {
    ...(Object.keys(given).length === 0 ? {} : { secureContext: createSecureContext(given) }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  };
}
