/**
 * The answer to a consume, and that the payload in it is what was sent (consume document, Response, tables 2 and 3;
 * rulings C7, F1 to F7).
 */
import { bothModes, queueOf, scenario, type Chapter } from '../src/campaign/scenario.ts';
import { entries, type MessageInput } from '../src/campaign/world.ts';

const shape = bothModes.map((mode) =>
  scenario({
    id: `response/shape/${mode}`,
    title:
      'A consume is answered with 200 and an array of messages with handlers, for one dead letter and for several.',
    clauses: [
      'consume.response.status-200',
      'consume.response.array',
      'consume.response.message',
      'consume.response.body',
      'consume.response.handler',
      'consume.response.handler-unique',
      'consume.response.extra-members',
      'consume.response.content-type',
      'consume.response.utf8',
      'consume.response.clean-json',
      'delivery.nothing-foreign',
    ],
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(24);
      const one = await group.first({ max_msgs: 1 });
      await group.acknowledge(entries(one.delivered));
      const several = await group.first({ max_msgs: 10 });
      await group.acknowledge(entries(several.delivered));
      await group.drain();
    },
  }),
);

const empty = bothModes.map((mode) =>
  scenario({
    id: `response/empty/${mode}`,
    title: 'When the wait ends without a dead letter the answer is 200 with an empty array.',
    clauses: ['consume.empty.array', 'consume.response.status-200'],
    seconds: 4,
    queues: [queueOf(mode)],
    async run({ queue }) {
      const group = await queue.group();
      await group.ready();
      await group.consume({ time_wait: 1 });
      await group.deadLetters(2);
      await group.drain();
    },
  }),
);

const nested = (depth: number): string => `${'{"in":['.repeat(depth / 2)}"#"${']}'.repeat(depth / 2)}`;
/** The tag stands on top: whoever loses what is below must not lose that, too. */
const nestedBelow = (depth: number): string => `{"t":"#","in":${nested(depth - 2).replace('#', 'bottom')}}`;

/** Bodies that are objects or strings: `#` is the tag. JSON texts, so that escapes and numbers are spelled as here. */
const texts: Readonly<Record<string, readonly string[]>> = {
  objects: [
    '{"foo":"123=","t":"#"}',
    '{"t":"#","a":{"b":{"c":[1,2,{"d":null}]}}}',
    '{"t":"#","empty":{},"none":[],"":"empty key"}',
  ],
  members: [
    '{"t":"#","body":"x","attributes":{"a":"b"},"handler":"h","message":{"body":1}}',
    '{"t":"#","__proto__":{"x":1},"constructor":"c","toString":"s","hasOwnProperty":1}',
    '{"t":"#","1":"one","0":"zero","b":1,"a":2,"B":3}',
    '{"t":"#","a b":1,"a.b":2,"$ref":3,"ключ":4,"🗝":5}',
  ],
  strings: [
    '"#"',
    '"# plain text with spaces  at the end  "',
    '"#\\n\\t\\r\\b\\f\\"\\\\\\/"',
    '"# <b>&amp;</b> %20 + \'quotes\' `ticks` ${x}"',
  ],
  whitespace: [
    '"# \\r\\n two \\r lines \\n\\n "',
    '"\\n\\t #"',
    '{"t":"#","s":"a\\r\\nb\\rc\\nd","lead":"  x","trail":"x \\t","only":"   ","tabs":"\\t\\t","  name ":1}',
    '{"t":"#","wide":"\u2003\u3000\u00a0","zero":"\u200b\u200d\u2060\ufeff","soft":"a\u00adb"}',
  ],
  'strings-like-others': [
    '{"t":"#","date":"2020-01-31T23:59:59.999Z","day":"2020-02-30","base64":"Zm9vYmFy","hex":"0x1F","uuid":"00000000-0000-4000-8000-000000000000"}',
    '{"t":"#","entities":"&lt;&amp;&#39;","percent":"%41%2F%00","plus":"a+b","path":"../..\\\\x","sql":"\u0027; --","template":"${x} {{y}} %s"}',
    '{"t":"#","zeros":"007","exp":"1e5","inf":"Infinity","nan":"NaN","undef":"undefined","yes":"yes","dash":"-"}',
    '"#=+-@ formula"',
  ],
  'strings-like-json': [
    '"{\\"t\\":\\"#\\"}"',
    '"[1,2,\\"#\\"]"',
    '"\\"#\\""',
    '"{\\"t\\":\\"#\\",\\"n\\":1.0}"',
    '"#:true"',
    '"# null 123 1e5"',
  ],
  'strings-in-objects': ['{"t":"#","s":"{\\"a\\":1}","n":"123","b":"true","z":"null","e":""}'],
  unicode: [
    '{"t":"#","s":"äöü ÄÖÜ ß é è ñ ç"}',
    '{"t":"#","s":"日本語 中文 한국어 العربية עברית हिन्दी"}',
    '{"t":"#","s":"😀👩‍👩‍👧‍👦🏳️‍🌈","astral":"𝄞𐍈"}',
    '{"t":"#","nfc":"é","nfd":"e\u0301","zwj":"a\u200db","nbsp":"a\u00a0b","bom":"\ufeffx"}',
    '{"t":"#","lines":"a\u2028b\u2029c","bidi":"\u202eabc\u202c","private":"\ue000","max":"\uffff\udbff\udfff"}',
    '"# äöü 日本語 😀 \u2028"',
  ],
  escapes: [
    '{"t":"#","s":"\\u0000\\u0001\\u001f\\u007f\\u0080\\u009f"}',
    '{"t":"#","s":"\\u00e4\\u65e5\\ud83d\\ude00"}',
    '{"t":"#","\\u0041\\n":"escaped name"}',
  ],
  numbers: [
    '{"t":"#","n":[0,-0,1,-1,0.1,-0.5,1.5,123456789,9007199254740991,-9007199254740991]}',
    '{"t":"#","n":[1e308,-1e308,1e-308,5e-324,1.7976931348623157e308,2.2250738585072014e-308]}',
    '{"t":"#","n":[0.30000000000000004,1e21,1e-7,123456789.123456789]}',
  ],
  'number-spelling': ['{"t":"#","n":[9007199254740993,12345678901234567890,1.0,1e2,1E+2,0.10,-0]}'],
  literals: ['{"t":"#","v":[true,false,null,[],{},"",[[]],[null],{"n":null}]}'],
  nesting: [nested(8), nested(32), nestedBelow(10), nestedBelow(32)],
  large: [`{"t":"#","s":"${'x'.repeat(200_000)}"}`, `"#${'ä😀'.repeat(20_000)}"`],
  long: [`{"t":"#","list":[${Array.from({ length: 2000 }, (_, index) => index).join(',')}]}`],
};

const clausesOfText: Readonly<Record<string, readonly string[]>> = {
  unicode: ['consume.response.utf8'],
  'number-spelling': ['payload.body.number-spelling'],
};

const bodies = Object.entries(texts).map(([family, list]) =>
  scenario({
    id: `response/body/${family}`,
    title: 'An object or a string comes back as the same JSON value.',
    clauses: ['payload.body.unchanged', 'payload.body.kind', ...(clausesOfText[family] ?? [])],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(list.map((body) => ({ body })));
      await group.drain();
    },
  }),
);

/** Bodies that cannot carry a tag: each alone in its queue. */
const bare: Readonly<Record<string, { readonly body: string; readonly clause: string }>> = {
  'empty-object': { body: '{}', clause: 'payload.body.unchanged' },
  'empty-string': { body: '""', clause: 'payload.body.unchanged' },
  'string-true': { body: '"true"', clause: 'payload.body.unchanged' },
  'string-number': { body: '"12345678901234567890"', clause: 'payload.body.unchanged' },
  'string-null': { body: '"null"', clause: 'payload.body.unchanged' },
  array: { body: '[1,"a",null,{"b":[]}]', clause: 'payload.body.other-kinds' },
  'empty-array': { body: '[]', clause: 'payload.body.other-kinds' },
  number: { body: '12.5', clause: 'payload.body.other-kinds' },
  zero: { body: '0', clause: 'payload.body.other-kinds' },
  true: { body: 'true', clause: 'payload.body.other-kinds' },
  false: { body: 'false', clause: 'payload.body.other-kinds' },
  null: { body: 'null', clause: 'payload.body.null' },
  'lone-surrogate': { body: '"\\ud800 alone"', clause: 'payload.body.lone-surrogates' },
};

const bareBodies = Object.entries(bare).map(([name, { body, clause }]) =>
  scenario({
    id: `response/bare-body/${name}`,
    title: `A body that is ${body} comes back the same, as far as the documents say so.`,
    clauses: [clause],
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters([{ body }]);
      await group.drain();
    },
  }),
);

const attributes: Readonly<
  Record<string, { readonly sent: readonly MessageInput[]; readonly clauses: readonly string[] }>
> = {
  strings: {
    sent: [
      { attributes: '{"attribute1":"value1","attribute2":"value2"}' },
      { attributes: '{"Case":"Kept","case":"too","UPPER-lower_1":"x"}' },
      { attributes: '{"a":"","b":" spaces ","c":"äöü 日本語 😀","d":"\\"quoted\\" \\\\ \\n"}' },
      { attributes: '{"nfc":"é","nfd":"e\u0301","zwj":"a\u200db","nbsp":"a\u00a0b"}' },
      { attributes: '{"number":"123","bool":"true","null":"null","json":"{\\"a\\":1}"}' },
      {
        attributes: '{"lines":"a\\r\\nb","tab":"\\t","trail":"x ","0":"zero","long":"LLLL"}'.replace(
          'LLLL',
          'l'.repeat(500),
        ),
      },
      {
        attributes: JSON.stringify(
          Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`name${index}`, `value${index}`])),
        ),
      },
    ],
    clauses: ['payload.attributes.unchanged', 'consume.response.attributes'],
  },
  others: {
    sent: [{ attributes: '{"n":1,"f":1.5,"t":true,"f2":false,"s":"x"}' }],
    clauses: ['payload.attributes.other-kinds', 'payload.attributes.unchanged'],
  },
  none: { sent: [{}, { attributes: '{}' }, {}], clauses: ['consume.response.no-attributes', 'delivery.all-arrive'] },
  mixed: {
    sent: [{ attributes: '{"k":"first"}' }, {}, { attributes: '{"k":"third","l":"x"}' }, {}],
    clauses: ['payload.attributes.unchanged'],
  },
};

const withAttributes = Object.entries(attributes).map(([name, { sent, clauses }]) =>
  scenario({
    id: `response/attributes/${name}`,
    title: 'Attributes come back as they were sent.',
    clauses,
    async run({ queue }) {
      const group = await queue.group();
      await group.deadLetters(sent);
      await group.drain();
    },
  }),
);

const again = scenario({
  id: 'response/same-on-redelivery',
  title: 'A dead letter that is delivered again has the payload that it had.',
  clauses: ['payload.same-on-redelivery'],
  seconds: 15,
  async run({ queue }) {
    const group = await queue.group();
    await group.deadLetters([
      { body: '{"t":"#","s":"ä😀","n":1.5}', attributes: '{"a":"1"}' },
      { body: '"# a string"', attributes: '{"b":"2"}' },
      { body: '{"t":"#","deep":[[[{}]]]}' },
    ]);
    const batch = await group.first();
    await group.untilBack(batch.delivered, batch);
  },
});

export const chapter: Chapter = {
  name: 'response',
  scenarios: [...shape, ...empty, ...bodies, ...bareBodies, ...withAttributes, again],
};
