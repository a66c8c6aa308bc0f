// Made from the schemas beside it by `npm run types`.
/**
 * Body of an acknowledgement. Acknowledge document, section Request, tables 2 and 3. The member message holds an array here, while it holds an object in the consume response.
 */
export interface AcknowledgeRequest {
/**
 * Table 2, row message: one entry per dead letter, in the order of consumption.
 * 
 * @minItems 1
 */
message: [{
/**
 * Table 3, row handler: as returned by the consume.
 */
handler: string
/**
 * Table 3, row status: optional (I1).
 */
status?: ("success" | "fail")
[k: string]: unknown
}, ...({
/**
 * Table 3, row handler: as returned by the consume.
 */
handler: string
/**
 * Table 3, row status: optional (I1).
 */
status?: ("success" | "fail")
[k: string]: unknown
})[]]
[k: string]: unknown
}

/**
 * Body of a 200 answer to an acknowledgement. Acknowledge document, section Response, table 4; the failed ones are the tail (A1), extra members are allowed (A3).
 */
export interface AcknowledgeResponse {
/**
 * Table 4, row success: the first N of the request were acknowledged.
 */
success: number
/**
 * Table 4, row fail: N were not acknowledged; the last ones, by ruling A1.
 */
fail: number
[k: string]: unknown
}

/**
 * What the hook answers with 200, or the command writes to its standard output: {} where nothing has to be said, an id where something was made, or an error.
 */
export interface ArrangeAnswer {
/**
 * Answer to create-queue: the id, as it stands in paths.
 */
queue?: string
/**
 * Answer to create-group: the id, as it stands in paths.
 */
group?: string
error?: {
/**
 * unsupported: this can never be had here, such as a queue of that mode; quota: there are too many queues just now; failed: it should have worked.
 */
kind: ("unsupported" | "quota" | "failed")
/**
 * For people.
 */
reason: string
}
}

/**
 * What the suite asks of whoever arranges: the body of a POST to the hook, or the standard input of the command. One request asks for one action.
 */
export interface ArrangeRequest {
/**
 * Of this form.
 */
version: 1
/**
 * For whom it is; good for logs only.
 */
scenario: string
/**
 * Project id of the run.
 */
project: string
/**
 * create-queue and create-group make what the two dead letter calls can then be asked for; dead-letters puts messages among the dead letters of a group, in the order given; the other two delete again.
 */
action: ("create-queue" | "create-group" | "dead-letters" | "delete-group" | "delete-queue")
/**
 * Of the queue or group that is to be made; unique in the project or the queue.
 */
name?: string
/**
 * Of create-queue.
 */
mode?: ("NORMAL" | "FIFO" | "KAFKA_HA" | "KAFKA_HT")
/**
 * Of create-queue: whether the queue has dead letters.
 */
redrive?: boolean
/**
 * Id of the queue, as create-queue answered it.
 */
queue?: string
/**
 * Id of the group, as create-group answered it.
 */
group?: string
/**
 * Of dead-letters.
 */
messages?: {
/**
 * Any JSON value; it has to come back unchanged.
 */
body: {
[k: string]: unknown
}
attributes?: {

}
}[]
}

/**
 * A counterexample to be replayed: seed and number say where it came from, the program itself replays though generators change.
 */
export interface Case {
format: 1
/**
 * Version of the suite that generated it.
 */
suite: string
seed: number
/**
 * Id of the program in the run that found it.
 */
scenario: string
/**
 * The clause that it broke.
 */
clause: string
/**
 * The shortest form that was found, as in evidence.schema.json.
 */
program: {

}
/**
 * The program as it was generated.
 */
original: {

}
}

/**
 * One chapter of the clause register: the normative statements of the two documents, each with its place and its level.
 */
export interface ClauseRegister {
/**
 * Slug of the chapter; also the name of its spec file.
 */
chapter: string
title: string
/**
 * @minItems 1
 */
clauses: [Clause, ...(Clause)[]]
}
export interface Clause {
/**
 * Stable slug. Never changes and is never used again for something else.
 */
id: string
level: ("MUST" | "SHOULD" | "INFO")
/**
 * What the endpoint has to do, in our own words.
 */
text: string
/**
 * Where it stands; empty only for a clause that rests on a ruling alone.
 */
places: Place[]
/**
 * Ids of the rulings that say how an unclear text is read.
 */
rulings: string[]
/**
 * Longest kind of waiting that exercising it needs: none; gate, up to 30 s; certify, up to 300 s; controlled, hours and therefore a clock hook.
 */
waits: ("none" | "gate" | "certify" | "controlled")
/**
 * Optional neighbouring feature without which the clause does not apply.
 */
feature?: ("kafka" | "counters" | "credentials" | "clock")
}
export interface Place {
/**
 * consume and acknowledge are the two documents; manual is another page of the same manual.
 */
document: ("consume" | "acknowledge" | "manual")
section: string
/**
 * Table and row, such as 'table 1, max_msgs'.
 */
row?: string
}

/**
 * Configuration file of dms-conformance run. Every member is also an option and an environment variable; an option wins over the environment, the environment over the file.
 */
export interface Configuration {
$schema?: string
/**
 * URL of the endpoint up to, and without, /v1.0. Absent: the embedded emulator is tested.
 */
endpoint?: string
/**
 * Project id, the first part of every path.
 */
project?: string
/**
 * File that holds the X-Auth-Token.
 */
tokenFile?: string
/**
 * File of headers that go with every request, one a line, such as 'X-Tenant: 12'.
 */
headerFile?: string
/**
 * File of the two keys that requests are signed with (SDK-HMAC-SHA256): lines DMS_ACCESS_KEY=… and DMS_SECRET_KEY=….
 */
signingFile?: string
/**
 * PEM file of authorities that are trusted beside the usual ones.
 */
ca?: string
/**
 * PEM file of the certificate that is shown to the endpoint.
 */
clientCert?: string
/**
 * PEM file of the key of that certificate.
 */
clientKey?: string
/**
 * Does not check the endpoint's certificate; such a run cannot be certified.
 */
insecure?: boolean
/**
 * Which waits are worth their time: gate waits up to 30 s, certify up to 300 s.
 */
profile?: ("gate" | "certify")
/**
 * Pattern of scenario or clause ids; * stands for anything.
 */
only?: string
/**
 * Seed of what is generated. Absent: a random one, which the report names.
 */
seed?: number
/**
 * How many programs are generated and run beside the scenarios, from 0. Default: 60 for the gate profile on the wall clock, else 300.
 */
programs?: number
/**
 * Directory that the run writes into; it has to be new or empty. Absent: reports/<UTC time>-<profile>.
 */
out?: string
/**
 * A broken SHOULD fails the run.
 */
strict?: boolean
/**
 * File of waivers: failures that are known and, until a day, do not fail the run. See docs/waivers.md.
 */
waivers?: string
/**
 * URL of the endpoint's clock hook; then nothing has to be waited for.
 */
clockUrl?: string
/**
 * How many queues may exist at once. Absent: as many as the quota leaves free, or 25 where the endpoint does not tell.
 */
maxQueues?: number
/**
 * Where dead letters come from: dms, which are the neighbouring calls of the endpoint; hook=URL; command=COMMAND; preloaded=FILE. See docs/arranging.md.
 */
arrange?: string
}

/**
 * Query parameters of the call that consumes dead letters, as numbers. Consume document, section URI, table 1, rows max_msgs, time_wait and ack_wait.
 */
export interface ConsumeQuery {
/**
 * How many dead letters one answer may hold at most.
 */
max_msgs?: number
/**
 * Seconds to wait while no dead letter is consumable.
 */
time_wait?: number
/**
 * Seconds within which an acknowledgement is valid.
 */
ack_wait?: number
[k: string]: unknown
}

/**
 * Body of a 200 answer to a consume. Consume document, section Response, tables 2 and 3; an array by its example (ruling F1). Extra members are allowed (F5), attributes may be absent or null where none were sent (F4).
 * 
 * @maxItems 10
 */
export type ConsumeResponse = {
/**
 * Table 2, row message: the content of the dead letter.
 */
message: {
/**
 * Table 3, row body: any JSON value (F3).
 */
body: {
[k: string]: unknown
}
/**
 * Table 3, row attributes.
 */
attributes?: ({

} | null)
[k: string]: unknown
}
/**
 * Table 2, row handler: names this delivery in the acknowledgement; opaque (C7).
 */
handler: string
[k: string]: unknown
}[]

/**
 * Every unit of the two documents in its order, a sentence, a table cell, a request line or an example, with the clauses that come from it. The documents themselves are not kept, only a digest of each unit.
 */
export type DocumentMap = MappedUnit[]

export interface MappedUnit {
document: ("consume" | "acknowledge")
/**
 * Title of the section.
 */
section: string
/**
 * Where it stands in the section, such as 'paragraph 2, sentence 1' or 'table 1, max_msgs, note, sentence 2'.
 */
place: string
/**
 * First 16 hex digits of the SHA-256 of the original, without markup and with whitespace folded.
 */
digest: string
/**
 * What it says, in our own words.
 */
gist: string
/**
 * Ids of the clauses that come from it.
 */
clauses: string[]
/**
 * Why no clause comes from it.
 */
why?: string
}

/**
 * Body of a 4xx answer, leniently: no shape is documented for v1.0, so any object with a code and a text under one of the names that were seen will do (ruling J2).
 */
export type ErrorBody = (({
code: (number | string)
} | {
error_code: (number | string)
}) & ({
message: string
} | {
error_msg: string
}))

/**
 * One line of evidence.ndjson: a header first, then what happened in the order in which it was known, then a footer. Judging needs nothing else. Instants are seconds: on the suite's monotonic clock since the start of the run, and, where the clock is controlled, also as bounds on the endpoint's clock.
 */
export type EvidenceLine = (Header | Start | ProgramLine | ArrangedQueue | ArrangedGroup | ArrangedDeadLetter | Arranging | Exchange | ClockMove | End | Counterexample | Footer)
export type Operation = (ArrangeOperation | ConsumeOperation | AcknowledgeOperation | PostOperation | WaitOperation | DeleteOperation | DrainOperation | TogetherOperation)
export type Naming = (PlacesNaming | HandlerNaming)
/**
 * Earliest and latest value, in seconds.
 * 
 * @minItems 2
 * @maxItems 2
 */
export type Bounds = [number, number]
/**
 * Name and value as they were on the wire.
 * 
 * @minItems 2
 * @maxItems 2
 */
export type HeaderField = [string, string]

export interface Header {
type: "header"
format: 1
suite: {
version: string
/**
 * Digest of the clause register.
 */
register: string
}
/**
 * The word in the names of all queues of this run: dmsc-<word>-...
 */
run?: string
startedAt: string
utcDay: string
/**
 * URL without credentials, or 'embedded'.
 */
endpoint: string
/**
 * Project id, the first part of every path.
 */
project: string
profile: ("gate" | "certify")
clock: ("wall" | "controlled")
seed: number
strict: boolean
only: (string | null)
/**
 * Ids of the scenarios that the run set out to run.
 */
selection: string[]
/**
 * Ids of the clauses that the run set out to exercise.
 */
clauses: string[]
slack: Slack
features: Features
/**
 * Seconds that the longest chain of waits takes on a prompt endpoint.
 */
longestWait: number
/**
 * How dead letters were arranged; over the public API where it is absent.
 */
arrangement?: ("dms" | "hook" | "command" | "preloaded")
/**
 * Scenarios that were left out because the arrangement has nothing for them.
 */
unarranged?: {
scenario: string
provokes: string[]
reason: string
}[]
/**
 * There where the endpoint's certificate was not checked.
 */
insecure?: true
/**
 * The waivers that the run was told to apply; absent where there were none.
 */
waivers?: Waiver[]
/**
 * There where the run was a part of a whole one: which part, and what all parts together set out to run and to exercise.
 */
shard?: {
index: number
of: number
selection: string[]
clauses: string[]
}
/**
 * There where the evidence was merged: the word and the start of each part, in their order. Instants of a scenario are since the start of its part.
 */
shards?: {
run?: string
startedAt: string
}[]
}
/**
 * Tolerances in seconds; an operator may tighten them, never widen them.
 */
export interface Slack {
/**
 * On top of a MUST upper bound.
 */
mustLate: number
/**
 * On top of a SHOULD upper bound.
 */
shouldLate: number
/**
 * Off a lower bound.
 */
early: number
/**
 * Off the lower bound of time_wait (D4).
 */
waitEarly: number
}
/**
 * Optional neighbouring features as probing found them; a reason where one is absent.
 */
export interface Features {
kafka: Feature
counters: Feature
credentials: Feature
clock: Feature
}
export interface Feature {
present: boolean
reason: string
}
export interface Waiver {
/**
 * Id of the clause that is broken.
 */
clause: string
/**
 * Id of the only scenario in which it is excused; programs/* stands for all generated programs.
 */
scenario?: string
/**
 * Fingerprint of the failure, as reports and verdict.json show it.
 */
fingerprint: string
/**
 * What is wrong: the endpoint, the suite, or what is disputed is how the documents are read.
 */
kind: ("endpoint-bug" | "suite-bug" | "document-dispute")
/**
 * Why it is excused, in words.
 */
reason: string
/**
 * URL of the issue that is to end it.
 */
issue: string
/**
 * Who sees to it.
 */
owner: string
/**
 * The last UTC day on which it excuses anything, such as 2027-01-31.
 */
expires: string
}
export interface Start {
type: "start"
scenario: string
provokes: string[]
at: number
/**
 * UTC, ISO 8601.
 */
startedAt: string
}
/**
 * What a generated scenario was to do.
 */
export interface ProgramLine {
type: "program"
scenario: string
program: Program
}
/**
 * Consumes and acknowledgements on one queue, as they were generated. What it names of the endpoint's answers it binds when it runs; what cannot be bound is passed over.
 */
export interface Program {
mode: ("NORMAL" | "FIFO")
groups: number
/**
 * How long it may take on a prompt endpoint; the last look at what is gone is cut to that.
 */
seconds: number
operations: Operation[]
}
/**
 * Makes dead letters of a group: of these messages, and of all that was sent to the queue before and has not become one there.
 */
export interface ArrangeOperation {
do: "arrange"
/**
 * Number of the group, from 1.
 */
group: number
messages: MessageText[]
}
export interface MessageText {
/**
 * JSON text; # stands for the tag.
 */
body?: string
/**
 * JSON text.
 */
attributes?: string
}
export interface ConsumeOperation {
do: "consume"
/**
 * Number of the consumer, from 1.
 */
by: number
/**
 * Number of the group, from 1.
 */
group: number
query: ConsumeText
}
export interface ConsumeText {
max_msgs?: string
time_wait?: string
ack_wait?: string
}
export interface AcknowledgeOperation {
do: "acknowledge"
/**
 * Number of the consumer, from 1.
 */
by: number
/**
 * Number of the group, from 1.
 */
group: number
entries: Naming[]
}
export interface PlacesNaming {
of: BatchReference
/**
 * Places in the batch from 0, or from its end from -1; all; or the rest, which this request has not named before.
 */
places: (("all" | "rest") | number[])
/**
 * Any JSON; left out if absent.
 */
status?: (string | number | boolean | {

} | unknown[] | null)
}
/**
 * A batch that this consumer got in this group.
 */
export interface BatchReference {
/**
 * Number of the consumer, from 1.
 */
by: number
/**
 * Number of the group, from 1.
 */
group: number
/**
 * 0 is the last one, 1 the one before.
 */
back: number
}
export interface HandlerNaming {
/**
 * Any JSON.
 */
handler: (string | number | boolean | {

} | unknown[] | null)
/**
 * Any JSON; left out if absent.
 */
status?: (string | number | boolean | {

} | unknown[] | null)
}
/**
 * An acknowledgement of any body.
 */
export interface PostOperation {
do: "post"
/**
 * Number of the consumer, from 1.
 */
by: number
/**
 * Number of the group, from 1.
 */
group: number
body: string
}
export interface WaitOperation {
do: "wait"
/**
 * Number of the group, from 1.
 */
group: number
/**
 * Where in the lease of the last batch of that group, but no later than there in the lease that was asked for last.
 */
until: ("half" | "before" | "after" | "late")
}
export interface DeleteOperation {
do: "delete"
/**
 * Number of the group, from 1.
 */
group: number
}
/**
 * Consumes and acknowledges until nothing comes.
 */
export interface DrainOperation {
do: "drain"
/**
 * Number of the consumer, from 1.
 */
by: number
/**
 * Number of the group, from 1.
 */
group: number
max_msgs: string
}
/**
 * Lanes that run at the same time.
 */
export interface TogetherOperation {
do: "together"
lanes: Operation[][]
}
export interface ArrangedQueue {
type: "queue"
scenario: string
queue: string
mode: ("NORMAL" | "FIFO" | "KAFKA_HA" | "KAFKA_HT")
/**
 * Whether dead letters are enabled.
 */
redrive: boolean
maxConsumeCount: number
}
export interface ArrangedGroup {
type: "group"
scenario: string
queue: string
group: string
/**
 * False where others filled the group, so that strangers' dead letters may be in it.
 */
ours: boolean
/**
 * When its creation was answered, on the suite's monotonic clock.
 */
at: number
}
/**
 * A message that was sent and then failed until it had to become a dead letter of the group. failed lies between the sending and the answer of its failing acknowledgement.
 */
export interface ArrangedDeadLetter {
type: "dead-letter"
scenario: string
queue: string
group: string
/**
 * Unique in the run; stands in the body unless untagged.
 */
tag: string
/**
 * False where the body carries no tag: then it is alone in its group, or known by its body.
 */
tagged: boolean
/**
 * Order of sending in its queue, from 0.
 */
position: number
/**
 * The JSON text that was sent.
 */
body: string
/**
 * The JSON text that was sent, null if there was none.
 */
attributes: (string | null)
failed: Bounds
}
/**
 * What a hook or a command was asked for, and what it answered. Nothing of it is the endpoint that is tested.
 */
export interface Arranging {
type: "arranging"
scenario: string
action: string
/**
 * Whose id it named.
 */
queue?: string
group?: string
/**
 * Whether it was answered without an error.
 */
done: boolean
/**
 * JSON text, cut where it is long.
 */
request: string
/**
 * JSON text, cut where it is long, or what went wrong.
 */
answer: string
sent: number
received: number
}
/**
 * One request and its answer, or its failure.
 */
export interface Exchange {
type: "exchange"
scenario: string
/**
 * Number of the exchange in its scenario, from 1, in the order of sending.
 */
id: number
/**
 * Which of the scenario's clients sent it.
 */
consumer: string
/**
 * 1, or more where a throttled request was repeated.
 */
attempt: number
request: {
method: string
/**
 * Path and query behind the endpoint's URL.
 */
target: string
headers: HeaderField[]
body?: Payload
}
/**
 * Just before the request left us.
 */
sent: number
/**
 * When the answer had fully arrived, or the failure was known.
 */
received: number
/**
 * The same two instants on a controlled clock.
 */
clock?: {
sent: Bounds
received: Bounds
}
/**
 * Seconds by which the request may have left later than it was stamped, or its answer have been there sooner: our own timers were late, or a connection took its time.
 */
lag: number
outcome: (Answer | Failure)
}
export interface Payload {
/**
 * base64 where the bytes are not UTF-8.
 */
encoding: ("utf8" | "base64")
data: string
}
export interface Answer {
kind: "answer"
status: number
headers: HeaderField[]
body: Payload
}
export interface Failure {
kind: "failure"
cause: ("timeout" | "unreachable" | "broken" | "aborted" | "too-large")
code: string
message: string
/**
 * Whether bytes of the request may have left us: then its effect is unknown.
 */
bytesLeft: boolean
}
export interface ClockMove {
type: "clock"
scenario: string
from: number
to: number
at: number
}
export interface End {
type: "end"
scenario: string
/**
 * completed; short, when the endpoint lawfully did not offer what the scenario needed; aborted, when it could not be carried out.
 */
outcome: ("completed" | "short" | "aborted")
/**
 * Whose doing an abort was.
 */
blame?: ("endpoint" | "arrangement" | "network" | "suite" | "operator")
reason?: string
at: number
}
/**
 * A program that broke a clause, and the shortest form of it that was found to break the same.
 */
export interface Counterexample {
type: "counterexample"
/**
 * Id of the program as it was generated.
 */
scenario: string
/**
 * The clause that it breaks, which its shorter forms had to break, too.
 */
clause: string
/**
 * How often the same program was run again.
 */
replays: number
/**
 * How often the clause broke again.
 */
reproduced: number
/**
 * How many shorter forms were tried.
 */
attempts: number
/**
 * Ids under which those runs of it are in the evidence that did not reproduce it.
 */
again: string[]
/**
 * Id under which the shortest form is in the evidence.
 */
shrunk: (string | null)
}
export interface Footer {
type: "footer"
outcome: ("completed" | "unreachable" | "interrupted")
/**
 * Whose doing it is that nothing could be run.
 */
blame?: ("endpoint" | "arrangement" | "network" | "suite" | "operator")
reason?: string
signal?: ("SIGINT" | "SIGTERM")
/**
 * Queues that could not be deleted.
 */
undeleted: string[]
at: number
}

/**
 * manifest.json of a bundle. Its text is JSON.stringify(manifest, null, 2) and the end of a line; members stand in this order, files by their names.
 */
export interface Manifest {
format: 1
suite: {
version: string
/**
 * Digest of the clause register.
 */
register: string
}
/**
 * SHA-256 of the public key (SPKI, DER) that signature.json has; null in a bundle without a signature.
 */
signedBy: (string | null)
/**
 * Every other file, but for signature.json.
 */
files: ManifestEntry[]
}
export interface ManifestEntry {
path: string
bytes: number
sha256: string
/**
 * The first 8 digits of the SHA-256 of each 4096 bytes: to say where a file was changed.
 */
blocks: string
}

/**
 * Queues and groups that already hold dead letters. The suite consumes and acknowledges what is in them; nobody else may use them meanwhile.
 */
export interface Preloaded {
$schema?: string
/**
 * @minItems 1
 */
queues: [{
/**
 * Id of the queue.
 */
queue: string
mode: ("NORMAL" | "FIFO" | "KAFKA_HA" | "KAFKA_HT")
/**
 * Whether the queue has dead letters; default true.
 */
redrive?: boolean
/**
 * @minItems 1
 */
groups: [{
/**
 * Id of the group.
 */
group: string
/**
 * What the group holds. A number alone exercises less: without their bodies one dead letter cannot be told from another. In FIFO queues the order is that of consumption.
 */
deadLetters: (number | {
/**
 * As it was sent. No two bodies in one group may be equal.
 */
body: {
[k: string]: unknown
}
attributes?: {

}
}[])
}, ...({
/**
 * Id of the group.
 */
group: string
/**
 * What the group holds. A number alone exercises less: without their bodies one dead letter cannot be told from another. In FIFO queues the order is that of consumption.
 */
deadLetters: (number | {
/**
 * As it was sent. No two bodies in one group may be equal.
 */
body: {
[k: string]: unknown
}
attributes?: {

}
}[])
})[]]
}, ...({
/**
 * Id of the queue.
 */
queue: string
mode: ("NORMAL" | "FIFO" | "KAFKA_HA" | "KAFKA_HT")
/**
 * Whether the queue has dead letters; default true.
 */
redrive?: boolean
/**
 * @minItems 1
 */
groups: [{
/**
 * Id of the group.
 */
group: string
/**
 * What the group holds. A number alone exercises less: without their bodies one dead letter cannot be told from another. In FIFO queues the order is that of consumption.
 */
deadLetters: (number | {
/**
 * As it was sent. No two bodies in one group may be equal.
 */
body: {
[k: string]: unknown
}
attributes?: {

}
}[])
}, ...({
/**
 * Id of the group.
 */
group: string
/**
 * What the group holds. A number alone exercises less: without their bodies one dead letter cannot be told from another. In FIFO queues the order is that of consumption.
 */
deadLetters: (number | {
/**
 * As it was sent. No two bodies in one group may be equal.
 */
body: {
[k: string]: unknown
}
attributes?: {

}
}[])
})[]]
})[]]
}

/**
 * What a bundle is about, in its vendor's words.
 */
export interface Product {
$schema?: string
/**
 * Name of the product.
 */
name: string
/**
 * Its version, as customers know it.
 */
version: string
/**
 * Who makes or offers it.
 */
vendor: string
/**
 * Whom to ask about it, such as an address or a URL.
 */
contact: string
/**
 * Where it is described.
 */
url?: string
/**
 * What was tested exactly, such as a commit or the digest of an image.
 */
build?: string
/**
 * How it was set up, where that matters.
 */
notes?: string
}

/**
 * How the two documents are read where they are unclear, contradict themselves or are silent. Clauses name these by their ids.
 */
export type Rulings = Ruling[]

export interface Ruling {
id: string
/**
 * The question.
 */
title: string
/**
 * What it means for an endpoint, with the levels MUST, SHOULD and INFO.
 */
reading: string
/**
 * Why it is read so.
 */
reason: string
/**
 * Why no clause of the register rests on it.
 */
none?: string
}

/**
 * signature.json of a bundle: who vouches for its manifest.
 */
export interface Signature {
format: 1
algorithm: "Ed25519"
/**
 * SPKI, DER, in base64.
 */
publicKey: string
/**
 * Of the bytes of manifest.json, in base64.
 */
signature: string
}

/**
 * What generated programs did and exercised; null where there were none.
 */
export type ProgramCoverage = ({
count: number
/**
 * How often each kind of operation was in them.
 */
operations: {
[k: string]: number
}
/**
 * How often each pattern of acknowledgement was; one may have several.
 */
acknowledgements: {
[k: string]: number
}
/**
 * How often which two were done at the same time.
 */
overlaps: {
[k: string]: number
}
/**
 * In how many programs each clause was exercised.
 */
clauses: {
[k: string]: number
}
} | null)

/**
 * verdict.json: what the evidence of one run shows, clause by clause. A function of the evidence alone.
 */
export interface Verdict {
verdict: ("conformant" | "incomplete" | "nonconformant")
/**
 * How many clauses are broken and would fail the run if no waiver excused them. Absent where there are none; such a run cannot be certified.
 */
waived?: number
exitCode: (0 | 1 | 3 | 4 | 70 | 130 | 143)
/**
 * Whether --only or --shard narrowed what had to be exercised.
 */
filtered: boolean
/**
 * Whether the evidence has its footer and every selected scenario came to its end.
 */
complete: boolean
/**
 * Whose doing it is that the run is not conformant: the endpoint's, that of the calls by which dead letters are arranged, the network's or that of whoever stands between, the suite's own, or that of whoever runs it. Null where it is conformant, or nobody's doing.
 */
blame: ("endpoint" | "arrangement" | "network" | "suite" | "operator" | null)
/**
 * Why the run is not conformant, or not without reserve, in words.
 */
reasons: string[]
profile: ("gate" | "certify")
strict: boolean
suite: {
version: string
register: string
}
endpoint: string
clock: ("wall" | "controlled")
/**
 * How dead letters were arranged; over the public API where it is absent.
 */
arrangement?: ("hook" | "command" | "preloaded" | "dms")
/**
 * There where the endpoint's certificate was not checked: anybody may have answered in its place.
 */
insecure?: true
/**
 * There where the run was a part of a whole one.
 */
shard?: {
index: number
of: number
}
seed: number
startedAt: string
seconds: number
longestWait: number
clauses: ClauseVerdict[]
scenarios: ScenarioVerdict[]
/**
 * What each waiver of the run came to; absent where it had none.
 */
waivers?: WaiverVerdict[]
undeleted: string[]
programs: ProgramCoverage
counterexamples: FoundCounterexample[]
}
export interface ClauseVerdict {
id: string
level: ("MUST" | "SHOULD" | "INFO")
verdict: ("pass" | "fail" | "warn" | "info" | "not-applicable" | "not-exercised")
/**
 * There where it is broken and waivers excuse all that was found.
 */
waived?: true
/**
 * Number of findings: held, broken and noted.
 */
evidence: number
/**
 * Findings that the instants left open.
 */
undecided: number
/**
 * Why it was not exercised or does not apply.
 */
reason?: string
/**
 * What was observed where nothing can be broken.
 */
notes?: string[]
/**
 * The broken ones, those that no waiver excuses first; no more than a hundred of them.
 */
findings: BrokenFinding[]
/**
 * How many broken ones more there are.
 */
omitted?: number
}
export interface BrokenFinding {
scenario: string
expected: string
observed: string
/**
 * Ids of the exchanges in that scenario.
 */
exchanges: number[]
/**
 * The same for the same kind of failure of this clause, in whatever run.
 */
fingerprint: string
/**
 * There where a waiver excuses it.
 */
waived?: true
}
export interface ScenarioVerdict {
id: string
verdict: ("pass" | "fail" | "warn" | "not-exercised")
/**
 * There where waivers excuse all that fails in it.
 */
waived?: true
reason?: string
/**
 * Null if it never started.
 */
startedAt: (string | null)
seconds: number
}
export interface WaiverVerdict {
/**
 * Id of the clause that is broken.
 */
clause: string
/**
 * Id of the only scenario in which it is excused; programs/* stands for all generated programs.
 */
scenario?: string
/**
 * Fingerprint of the failure, as reports and verdict.json show it.
 */
fingerprint: string
/**
 * What is wrong: the endpoint, the suite, or what is disputed is how the documents are read.
 */
kind: ("endpoint-bug" | "suite-bug" | "document-dispute")
/**
 * Why it is excused, in words.
 */
reason: string
/**
 * URL of the issue that is to end it.
 */
issue: string
/**
 * Who sees to it.
 */
owner: string
/**
 * The last UTC day on which it excuses anything, such as 2027-01-31.
 */
expires: string
/**
 * excuses: it covers findings. stale: it covers none, though what it is about was put to the test. expired: its day is over, so it excuses nothing. unknown: there is no such clause. not-exercised: what it is about was not put to the test, or not fully.
 */
state: ("excuses" | "stale" | "expired" | "unknown" | "not-exercised")
/**
 * How many broken findings it covers.
 */
findings: number
}
/**
 * A generated program that broke a clause.
 */
export interface FoundCounterexample {
scenario: string
clause: string
replays: number
reproduced: number
attempts: number
again: string[]
shrunk: (string | null)
/**
 * How many operations it had as it was generated.
 */
operations: number
/**
 * How many are left.
 */
shortest: number
}

/**
 * Failures that are known and, until a day, do not fail a run. Each entry is about one kind of failure of one clause; any other failure of that clause still fails the run.
 */
export interface Waivers {
$schema?: string
waivers: WrittenWaiver[]
}
export interface WrittenWaiver {
/**
 * Id of the clause that is broken.
 */
clause: string
/**
 * Id of the only scenario in which it is excused; programs/* stands for all generated programs.
 */
scenario?: string
/**
 * Fingerprint of the failure, as reports and verdict.json show it.
 */
fingerprint: string
/**
 * What is wrong: the endpoint, the suite, or what is disputed is how the documents are read.
 */
kind: ("endpoint-bug" | "suite-bug" | "document-dispute")
/**
 * Why it is excused, in words.
 */
reason: string
/**
 * URL of the issue that is to end it.
 */
issue: string
/**
 * Who sees to it.
 */
owner: string
/**
 * The last UTC day on which it excuses anything, such as 2027-01-31.
 */
expires: string
}
