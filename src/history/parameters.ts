import type { ConsumeQuery } from '../../schemas/types.ts';
import consumeQuery from '../../schemas/consume-query.schema.json' with { type: 'json' };

export type ParameterName = keyof Pick<ConsumeQuery, 'max_msgs' | 'time_wait' | 'ack_wait'>;
export const parameterNames: readonly ParameterName[] = ['max_msgs', 'time_wait', 'ack_wait'];

/** How a query parameter was given. `odd` spells a whole number as the documents neither allow nor forbid (E2): 3s, +5, 05, 1e1. */
export type ParameterForm =
  'absent' | 'empty' | 'legal' | 'out-of-range' | 'negative' | 'not-integer' | 'odd' | 'repeated';

export interface Parameter {
  readonly form: ParameterForm;
  /** As it was sent, decoded. */
  readonly text: string;
  /** The value that is in force by the documents; undefined where they do not say. */
  readonly value: number | undefined;
}

export interface ReadQuery {
  readonly parameters: Readonly<Record<ParameterName, Parameter>>;
  /** Names that the documents do not know. */
  readonly unknown: readonly string[];
  /** legal: the documents say that it is accepted; illegal: that it is rejected; open: neither. */
  readonly standing: 'legal' | 'illegal' | 'open';
}

export function rangeOf(name: ParameterName): {
  readonly minimum: number;
  readonly maximum: number;
  readonly standard: number;
} {
  const { minimum, maximum, default: standard } = consumeQuery.properties[name];
  return { minimum, maximum, standard };
}

export function readQuery(search: string): ReadQuery {
  const given = new URLSearchParams(search);
  const read = (name: ParameterName): Parameter => readParameter(name, given.getAll(name));
  const parameters = { max_msgs: read('max_msgs'), time_wait: read('time_wait'), ack_wait: read('ack_wait') };
  const unknown = [...new Set(given.keys())].filter((name) => !Object.hasOwn(parameters, name));
  const forms = Object.values(parameters).map(({ form }) => form);
  const illegal = forms.some((form) => form === 'out-of-range' || form === 'negative' || form === 'not-integer');
  // The documents know no other pieces than pairs: those are as open as unknown parameters (E6).
  const text = search.replace(/^\?/, '');
  const isOther = text !== '' && text.split('&').some((pair) => !pair.includes('='));
  const open =
    unknown.length > 0 ||
    isOther ||
    forms.some((form) => form === 'odd' || form === 'repeated') ||
    parameters.max_msgs.form === 'empty';
  return { parameters, unknown, standing: illegal ? 'illegal' : open ? 'open' : 'legal' };
}

function readParameter(name: ParameterName, values: readonly string[]): Parameter {
  const { minimum, maximum, standard } = rangeOf(name);
  const [text = ''] = values;
  if (values.length === 0) return { form: 'absent', text, value: standard };
  if (values.length > 1) return { form: 'repeated', text: values.join(', '), value: undefined };
  // For max_msgs only absence is said to mean the default (E4).
  if (text === '') return { form: 'empty', text, value: name === 'max_msgs' ? undefined : standard };
  if (/^(?:0|[1-9][0-9]*)$/.test(text)) {
    const value = Number(text);
    return value >= minimum && value <= maximum
      ? { form: 'legal', text, value }
      : { form: 'out-of-range', text, value: undefined };
  }
  if (/^-[0-9]+$/.test(text)) return { form: 'negative', text, value: undefined };
  // Letters and fractions are no integers, but for the documents' own "3s" and the exponent that common parsers accept.
  const isOpen = /^[0-9]+s$|^[0-9]+e[0-9]+$/i.test(text) || !/[\p{L}.]/u.test(text);
  return { form: isOpen ? 'odd' : 'not-integer', text, value: undefined };
}
