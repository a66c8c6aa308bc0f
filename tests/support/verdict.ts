import type { ClauseVerdict, Verdict } from '../../schemas/types.ts';

/** What a hostile endpoint may have put into any text of ours. */
export const HOSTILE =
  'a\u001b]0;title\u0007\u001b[31mred\u001b[0m\u0000\u0008\u009b2J\r\nover\u202e\ud800 <b>&"\']]> `code` | [x](http://evil.example) @all \ufffe';

export function clauseVerdict(part: Partial<ClauseVerdict> & Pick<ClauseVerdict, 'id'>): ClauseVerdict {
  return { level: 'MUST', verdict: 'pass', evidence: 1, undecided: 0, findings: [], ...part };
}

/** A finding of which every text is the endpoint's. */
export function hostileFinding(exchange: number): ClauseVerdict['findings'][number] {
  return {
    scenario: 'redelivery/default/absent',
    expected: HOSTILE,
    observed: HOSTILE,
    exchanges: [exchange],
    fingerprint: '0123456789abcdef',
  };
}

/** One clause of every kind. */
export function verdict(part: Partial<Verdict> = {}): Verdict {
  return {
    verdict: 'nonconformant',
    exitCode: 1,
    filtered: false,
    complete: true,
    blame: 'endpoint',
    reasons: ['1 clause is broken', HOSTILE],
    profile: 'gate',
    strict: false,
    suite: { version: '0.0.0', register: 'sha256:0123456789abcdef' },
    endpoint: 'http://127.0.0.1:8080',
    clock: 'wall',
    seed: 1,
    startedAt: '2026-11-21T00:00:00.000Z',
    seconds: 31.25,
    longestWait: 30,
    clauses: [
      clauseVerdict({
        id: 'redelivery.by-default',
        verdict: 'fail',
        evidence: 5,
        findings: [1, 2, 3, 4, 5].map(hostileFinding),
      }),
      clauseVerdict({ id: 'redelivery.prompt', level: 'SHOULD', verdict: 'warn', findings: [hostileFinding(6)] }),
      clauseVerdict({ id: 'redelivery.by-ack-wait' }),
      clauseVerdict({ id: 'ack.order.failure-stops', verdict: 'not-exercised', evidence: 0, reason: HOSTILE }),
      clauseVerdict({ id: 'redelivery.fresh-handler', level: 'SHOULD', verdict: 'not-exercised', reason: 'none came' }),
      clauseVerdict({ id: 'retention.kept', verdict: 'not-applicable', evidence: 0, reason: 'no clock hook' }),
      clauseVerdict({ id: 'consume.params.unknown', level: 'INFO', verdict: 'info', notes: [HOSTILE] }),
    ],
    scenarios: [],
    programs: null,
    counterexamples: [],
    undeleted: [HOSTILE],
    ...part,
  };
}
