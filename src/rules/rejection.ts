import type { AcknowledgeCall, Call, ConsumeCall } from '../history/calls.ts';
import type { View } from '../history/view.ts';
import { broken, held, undecided, type Finding } from './rule.ts';

/**
 * An accepted call beside which a refusal means something: a lawful consume, or an acknowledgement, that the same history
 * saw answered with 200.
 */
export function controlOf(view: View, kind: 'consume' | 'acknowledge'): ConsumeCall | AcknowledgeCall | undefined {
  return kind === 'consume'
    ? view.consumes.find(
        (call) => call.reply === 'ok' && call.query.standing === 'legal' && view.groupOf(call) !== undefined,
      )
    : view.acknowledges.find((call) => call.reply === 'ok' && view.groupOf(call) !== undefined);
}

/** Whether the answer says nothing about the request: it is about credentials, load or initialisation, or unavailable. */
export function saysNothing({ reply }: Call): boolean {
  return reply === 'transient' || reply === 'unknown';
}

/** A call that has to be rejected with a 4xx. Held only beside its control. */
export function* rejectedBeside(control: Call | undefined, call: Call, expected: string): Generator<Finding> {
  if (saysNothing(call)) yield undecided(call);
  else if (call.reply !== 'rejected') yield broken(expected, `it was answered with ${call.status}`, call);
  else if (control === undefined) yield undecided(call);
  else yield held(call, control);
}

/** A rejection that should carry one of these statuses. */
export function* statusBeside(
  control: Call | undefined,
  call: Call,
  statuses: readonly number[],
  expected: string,
): Generator<Finding> {
  if (call.reply !== 'rejected' || control === undefined) return;
  if (statuses.some((status) => status === call.status)) yield held(call, control);
  else yield broken(expected, `it was answered with ${call.status}`, call);
}

/** The eight digits of an error code in an answer (J2). */
export function codeOf(call: Call): string {
  const body = call.json as { error_code?: unknown; code?: unknown } | null | undefined;
  const code = body?.error_code ?? body?.code;
  return (
    (typeof code === 'string' || typeof code === 'number' ? /[0-9]{8}$/.exec(`${code}`)?.[0] : undefined) ?? 'none'
  );
}
