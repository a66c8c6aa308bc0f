import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import acknowledgeRequest from '../fixtures/documents/acknowledge-request.json' with { type: 'json' };
import acknowledgeResponse from '../fixtures/documents/acknowledge-response.json' with { type: 'json' };
import consumeRequest from '../fixtures/documents/consume-request.json' with { type: 'json' };
import consumeResponse from '../fixtures/documents/consume-response.json' with { type: 'json' };
import acknowledgeRequestSchema from '../schemas/acknowledge-request.schema.json' with { type: 'json' };
import acknowledgeResponseSchema from '../schemas/acknowledge-response.schema.json' with { type: 'json' };
import consumeQuerySchema from '../schemas/consume-query.schema.json' with { type: 'json' };
import consumeResponseSchema from '../schemas/consume-response.schema.json' with { type: 'json' };
import map from '../specs/register/document-map.json' with { type: 'json' };
import { digestOf } from '../specs/register/document-sentences.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });

function problems(schema: object, value: unknown): string {
  return ajv.validate(schema, value) ? '' : ajv.errorsText();
}

const query = Object.fromEntries(new URL(consumeRequest.uri, 'http://host/').searchParams);

test.for([
  ['consume', 'URI', 'example', consumeRequest.uri],
  ['consume', 'Response', 'example response', JSON.stringify(consumeResponse)],
  ['acknowledge', 'Request', 'example request', JSON.stringify(acknowledgeRequest)],
  ['acknowledge', 'Response', 'example response', JSON.stringify(acknowledgeResponse)],
] as const)('the fixture of the %s document, section %s, is its %s', ([document, section, place, text]) => {
  const listed = map.find((unit) => unit.document === document && unit.section === section && unit.place === place);
  expect(digestOf(text)).toBe(listed?.digest);
});

describe('the examples are what the schemas describe', () => {
  test('the query of the example URI is within the ranges', () => {
    expect(query).toEqual({ max_msgs: '10', ack_wait: '30' });
    const numbers = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, Number(value)]));
    expect(problems(consumeQuerySchema, numbers)).toBe('');
  });

  test('the consume response is an array of dead letters', () => {
    expect(problems(consumeResponseSchema, consumeResponse)).toBe('');
    expect(consumeResponse).toHaveLength(2);
  });

  test('the acknowledge request names handlers and statuses', () => {
    expect(problems(acknowledgeRequestSchema, acknowledgeRequest)).toBe('');
  });

  test('the acknowledge response has both counts', () => {
    expect(problems(acknowledgeResponseSchema, acknowledgeResponse)).toBe('');
  });

  test('the handlers of one answer differ (C7)', () => {
    const handlers = consumeResponse.map(({ handler }) => handler);
    expect(new Set(handlers).size).toBe(handlers.length);
  });

  test('the path of the example URI is that of the request line', () => {
    expect(consumeRequest.uri).toMatch(/^v1\.0\/[^/]+\/queues\/[^/]+\/groups\/[^/]+\/deadletters\?/);
  });
});

describe('the slips that the fixtures show', () => {
  test('the example counts are more than the handlers of the example request (A2)', () => {
    const { success, fail } = acknowledgeResponse;
    expect(acknowledgeRequest.message).toHaveLength(1);
    expect(success + fail).toBe(3);
  });

  test('the example URI has neither method nor leading slash (L)', () => {
    expect(consumeRequest.uri).toMatch(/^v1\.0\//);
  });

  test('the example URI leaves time_wait out although the request line has it (E7)', () => {
    expect(query).not.toHaveProperty('time_wait');
  });

  test.for([
    ['time_wait', '3s'],
    ['ack_wait', '30s'],
  ])('the default of %s as it is written, %s, is no integer (E2)', ([name = '', value]) => {
    expect(problems(consumeQuerySchema, { [name]: value })).toContain('must be integer');
  });

  test('one element as tables 2 and 3 list it is no answer without its array (F1)', () => {
    expect(problems(consumeResponseSchema, consumeResponse[0])).toContain('must be array');
  });

  test('message is an object in the one call and an array in the other (L)', () => {
    expect(consumeResponse.map(({ message }) => Array.isArray(message))).toEqual([false, false]);
    expect(Array.isArray(acknowledgeRequest.message)).toBe(true);
    expect(problems(acknowledgeRequestSchema, { message: consumeResponse[0]?.message })).toContain('must be array');
  });

  test('the handlers of the two documents are built differently inside (C7)', () => {
    const inside = (handler = ''): unknown => JSON.parse(Buffer.from(handler, 'base64').toString());
    expect(inside(consumeResponse[0]?.handler)).toHaveProperty('cg');
    expect(inside(acknowledgeRequest.message[0]?.handler)).toHaveProperty('consumerGroup');
    expect(inside(acknowledgeRequest.message[0]?.handler)).not.toHaveProperty('cg');
  });
});
