/** Dead letters are kept for 72 hours and no longer. Ruling D6; needs a controlled clock. */
import { RETENTION_SURE, returnsOf } from '../history/presence.ts';
import { mayPrecede, type ConsumeCall } from '../history/calls.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { broken, held, rule, type Finding, type Rule } from './rule.ts';

const HOUR = 3600;
const GONE = 74 * HOUR;
/** From this age on being there says something about retention. */
const TELLING = HOUR;

function* kept(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const { arranged } = obligation.letter;
      const [least, most] = [consume.sent[0] - arranged.failed[1], consume.received[1] - arranged.failed[0]];
      if (outcome === 'back' && least > RETENTION_SURE - 2 * HOUR && most <= RETENTION_SURE + HOUR) yield held(consume);
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
  readonly touched: boolean;
}

/** Consumes 74 h and more after a message had become a dead letter that nobody acknowledged. */
function* afterTheEnd(view: View): Generator<Look> {
  for (const group of view.groups) {
    for (const letter of group.letters) {
      for (const consume of group.consumes) {
        if (mayBeSettled(group, letter, consume)) continue;
        if (consume.sent[0] - letter.arranged.failed[1] <= GONE) continue;
        const delivered = letter.consumes.has(consume);
        const touched = letter.deliveries.some((delivery) => delivery.consume.left < consume.left);
        if (delivered || consume.empty) yield { letter, consume, delivered, touched };
      }
    }
  }
}

function mayBeSettled(group: GroupView, letter: Letter, consume: ConsumeCall): boolean {
  return group.acknowledgements.some((one) => mayPrecede(one.call, consume) && one.fateOf(letter) !== 'not-settled');
}

function gone(touched: boolean, expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const look of afterTheEnd(view)) {
      if (look.touched !== touched) continue;
      if (look.delivered) yield broken(expected, `${look.letter.arranged.tag} was handed out`, look.consume);
      else yield held(look.consume);
    }
  };
}

export const retentionRules: readonly Rule[] = [
  rule('retention.kept', kept),
  rule('retention.deleted', gone(false, 'a dead letter is gone after 74 h')),
  rule('retention.not-prolonged', gone(true, 'a dead letter that was consumed in between is gone after 74 h, too')),
];
