/** Dead letters are kept for 72 hours and no longer. Ruling D6; needs a controlled clock. */
import { before, type ConsumeCall } from '../history/calls.ts';
import { smallest } from '../history/extremes.ts';
import { hiddenUntil, obligationAt, provesMissing, RETENTION_SURE, returnsOf } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { broken, held, rule, undecided, type Finding, type Rule } from './rule.ts';

const HOUR = 3600;
const GONE = 74 * HOUR;
/** From this age on being there says something about retention. */
const TELLING = HOUR;
/** How long before 71 h it may have been seen to say that it lives so long. */
const NEAR = 600;

function* kept(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const { arranged } = obligation.letter;
      const [least, most] = [consume.sent[0] - arranged.failed[1], consume.received[1] - arranged.failed[0]];
      if (outcome === 'back' && least > RETENTION_SURE - NEAR && most <= RETENTION_SURE + HOUR) yield held(consume);
      if (outcome === 'absent' && least > TELLING) {
        yield broken(
          `dead letter ${arranged.tag} is still there after ${Math.round(least / HOUR)} h`,
          'a consume came back empty',
          consume,
        );
      }
    }
  }
}

interface Look {
  readonly letter: Letter;
  readonly consume: ConsumeCall;
  readonly delivered: boolean;
  /** Whether it was handed out before. */
  readonly touched: 'surely' | 'perhaps' | 'never';
}

/** What consumes 74 h and more after a message had become a dead letter that nobody acknowledged say of it. */
function* afterTheEnd(view: View): Generator<Look> {
  const { slack } = view.header;
  for (const group of view.groups) {
    const firstFailed = smallest(group.letters.map(({ arranged }) => arranged.failed[1]));
    const old = group.consumes.filter(({ sent }) => sent[0] - firstFailed > GONE);
    for (const letter of group.letters) {
      for (const consume of old) {
        if (consume.sent[0] - letter.arranged.failed[1] <= GONE) continue;
        const obligation = obligationAt(group, letter, consume, slack);
        if (obligation === undefined) continue;
        const delivered = letter.consumes.has(consume);
        // An empty answer says that it is gone only if it would have been there but for its age, and ever was (K4).
        const gone = provesMissing(group, consume, letter, obligation.must, slack) && hasAppeared(group, consume);
        if (!delivered && !gone) continue;
        const perhaps = obligation.delivery !== undefined || hiddenUntil(group, consume, slack) > 0;
        const touched = wasHandedOut(letter, consume) ? 'surely' : perhaps ? 'perhaps' : 'never';
        yield { letter, consume, delivered, touched };
      }
    }
  }
}

function wasHandedOut({ deliveries }: Letter, consume: ConsumeCall): boolean {
  return deliveries.some((delivery) => before(delivery.consume, consume));
}

function hasAppeared({ letters }: GroupView, consume: ConsumeCall): boolean {
  return letters.some((letter) => wasHandedOut(letter, consume));
}

function* deleted(view: View): Generator<Finding> {
  for (const { letter, consume, delivered, touched } of afterTheEnd(view)) {
    if (touched === 'surely') continue;
    if (!delivered) yield held(consume);
    // That one that was consumed in between does not live longer is only a SHOULD (D6).
    else if (touched === 'perhaps') yield undecided(consume);
    else yield broken('a dead letter is gone after 74 h', `${letter.arranged.tag} was handed out`, consume);
  }
}

function* notProlonged(view: View): Generator<Finding> {
  for (const { letter, consume, delivered, touched } of afterTheEnd(view)) {
    if (touched !== 'surely') continue;
    if (!delivered) yield held(consume);
    else {
      yield broken(
        'a dead letter that was consumed in between is gone after 74 h, too',
        `${letter.arranged.tag} was handed out`,
        consume,
      );
    }
  }
}

export const retentionRules: readonly Rule[] = [
  rule('retention.kept', kept),
  rule('retention.deleted', deleted),
  rule('retention.not-prolonged', notProlonged),
];
