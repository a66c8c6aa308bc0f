import type { End, Exchange, Failure } from '../../schemas/types.ts';
import { parseJson } from '../history/json.ts';

/** Status of the answer, undefined where there was none. */
export function statusOf({ outcome }: Exchange): number | undefined {
  return outcome.kind === 'answer' ? outcome.status : undefined;
}

/** The answer's body as JSON; undefined where there was no answer, or it holds no JSON or one that is nested too deep. */
export function jsonOf({ outcome }: Exchange): unknown {
  if (outcome.kind !== 'answer') return undefined;
  const { encoding, data } = outcome.body;
  const text = encoding === 'utf8' ? data : Buffer.from(data, 'base64').toString('utf8');
  // A byte order mark is a fault of its own (F6), for rules to find; here it must not hide what the answer says.
  return parseJson(text.replace(/^\ufeff/, ''));
}

/** The last eight digits of the error code in an answer (J2), undefined where there is none. */
export function errorCodeOf(exchange: Exchange): string | undefined {
  const body = jsonOf(exchange);
  if (typeof body !== 'object' || body === null) return undefined;
  const { error_code, code } = body as { error_code?: unknown; code?: unknown };
  const shown = error_code ?? code;
  return typeof shown === 'string' || typeof shown === 'number' ? /[0-9]{8}$/.exec(`${shown}`)?.[0] : undefined;
}

/** One line that says how an exchange went, for people. */
export function inWords(exchange: Exchange): string {
  const { method, target } = exchange.request;
  const { outcome } = exchange;
  const went =
    outcome.kind === 'answer'
      ? `answered ${outcome.status} ${outcome.body.data.slice(0, 160)}`.trim()
      : `got no answer: ${outcome.message} (${outcome.code})`;
  return `${method} ${target} ${went}`;
}

/** Against whom it speaks that there was no answer: whoever sends bytes that are no HTTP, or too many, was reached. */
export function strikes({ cause, code }: Failure): NonNullable<End['blame']> {
  if (cause === 'aborted') return 'operator';
  return cause === 'too-large' || NO_HTTP.test(code) ? 'endpoint' : 'network';
}

/** Codes of answers that are no HTTP, and of a clock hook that broke meanwhile. */
const NO_HTTP =
  /^(?:HPE_.*|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|INTERIM_FLOOD|DMS_CLOCK_HOOK)$/;
