// HTTP status and code of every refusal, after the error code page of the manual. Where that page has no code of its
// own for a case, the nearest one is used; the reason's name then says more than the code.
const reasons = {
  malformedProject: [400, '10240005'],
  illegalName: [400, '10240007'],
  illegalDescription: [400, '10240010'],
  queueNameLength: [400, '10240011'],
  groupNameLength: [400, '10240012'],
  descriptionLength: [400, '10240013'],
  tooManyMessagesAsked: [400, '10240014'],
  malformedQueueId: [400, '10240015'],
  malformedGroupId: [400, '10240016'],
  queueExists: [400, '10240017'],
  groupExists: [400, '10240018'],
  tooManyGroups: [400, '10240019'],
  quotaUsedUp: [400, '10240020'],
  timeWaitOutOfRange: [400, '10240021'],
  maxConsumeCountOutOfRange: [400, '10240022'],
  retentionOutOfRange: [400, '10240027'],
  retentionNotForThisMode: [400, '10240028'],
  queueInitialising: [400, '10240032'],
  invalidFields: [400, '10540001'],
  illegalStatus: [400, '10540003'],
  handlerOfAnotherGroup: [400, '10540004'],
  wrongFormat: [400, '10540010'],
  noDeadLettersInThisMode: [400, '10540010'],
  messageTooLarge: [400, '10540011'],
  notJson: [400, '10540012'],
  invalidParameter: [400, '10540014'],
  noConsumerInstance: [400, '10542205'],
  ackWaitOutOfRange: [400, '10542206'],
  unknownHandler: [400, '10542209'],
  wrongToken: [401, '10240101'],
  missingToken: [401, '10240103'],
  projectMismatch: [401, '10240104'],
  queueNotFound: [404, '10240401'],
  groupNotFound: [404, '10240405'],
  urlNotFound: [404, '10240406'],
  methodNotAllowed: [405, '10240406'],
  bodyTooLarge: [413, '10540010'],
  unsupportedMediaType: [415, '10540010'],
  internal: [500, '10250002'],
} as const;

export type Reason = keyof typeof reasons;

/** The answer to a request that is not carried out. */
export interface Refusal {
  readonly reason: Reason;
  /** HTTP status, 4xx. */
  readonly status: number;
  /** Eight digits. */
  readonly code: string;
  readonly text: string;
}

/** A refusal for `reason`; `text` says what was expected and what was seen. */
export function refuse(reason: Reason, text: string): Refusal {
  const [status, code] = reasons[reason];
  return { reason, status, code, text };
}

/** Tells a refusal from any other outcome. */
export function isRefusal(outcome: object): outcome is Refusal {
  return 'reason' in outcome;
}

/** A client's value as a refusal shows it: never so long that it hides the rest, never walked into, however deep it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return JSON.stringify(value) ?? 'nothing';
}
