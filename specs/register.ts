import type { ClauseRegister } from '../schemas/types.ts';
import { joinChapters, type Register } from '../src/history/register.ts';
import acknowledge from './register/acknowledge.json' with { type: 'json' };
import delivery from './register/delivery.json' with { type: 'json' };
import eligibility from './register/eligibility.json' with { type: 'json' };
import handlers from './register/handlers.json' with { type: 'json' };
import http from './register/http.json' with { type: 'json' };
import isolation from './register/isolation.json' with { type: 'json' };
import longPoll from './register/long-poll.json' with { type: 'json' };
import order from './register/order.json' with { type: 'json' };
import parameters from './register/parameters.json' with { type: 'json' };
import redelivery from './register/redelivery.json' with { type: 'json' };
import response from './register/response.json' with { type: 'json' };
import retention from './register/retention.json' with { type: 'json' };
import rulings from './register/rulings.json' with { type: 'json' };

const chapters = [
  parameters,
  response,
  longPoll,
  acknowledge,
  order,
  redelivery,
  handlers,
  isolation,
  delivery,
  eligibility,
  retention,
  http,
];

/** Every clause of both documents, chapter by chapter. */
export const register: Register = joinChapters(chapters as unknown as readonly ClauseRegister[], rulings);
