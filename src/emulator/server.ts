import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Service } from './calls.ts';
import { arrangePath, type ArrangeHook } from './arrange-hook.ts';
import { clockPath, whenNoticed, type ClockHook } from './clock-hook.ts';
import { acceptsAsJson, bodyLimitBytes, onDisconnect, readBody, send } from './http.ts';
import type { Project } from './model.ts';
import { isRefusal, refuse, shown, type Refusal } from './refusals.ts';
import { noContent, type Answer } from './responses.ts';
import { isObject } from './requests.ts';
import { findRoute } from './routes.ts';
import { callOf, type Incoming } from './transport.ts';

/** Who is let in. */
export interface Admission {
  /** What X-Auth-Token must be; undefined when it does not matter. */
  readonly token: string | undefined;
  /** The only project there is; undefined when every well-formed id is one. */
  readonly project: string | undefined;
}

// Longer than a client may keep a connection idle between two calls of a slow scenario, so that no request is sent into
// a connection that is just being closed.
const keepAliveMs = 120_000;

/** What is no part of the API, where it is offered. With `arrange` there are no neighbouring calls. */
export interface Hooks {
  readonly clock: ClockHook | undefined;
  readonly arrange: ArrangeHook | undefined;
}

/** Answers a request for a URL below an emulator's own. */
export type Handler = (request: IncomingMessage, response: ServerResponse, url: string) => void;

/** An HTTP server, not yet listening. */
export function createHttpServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  return createServer({ keepAliveTimeout: keepAliveMs }, handle);
}

/** What answers an emulator's requests. */
export function createHandler(service: Service, admission: Admission, hooks: Hooks): Handler {
  const { behaviour, time } = service;
  const projects = new Map<string, Project>();

  function admit(request: IncomingMessage, projectId: string): Project | Refusal {
    const refusal = behaviour.checkToken(request.headers['x-auth-token']?.toString(), admission.token);
    if (refusal !== undefined) return refusal;
    if (!/^[\w-]{1,64}$/.test(projectId)) return refuse('malformedProject', 'the project id is malformed');
    const id = behaviour.projectFor(projectId, admission.project);
    if (id === undefined) return refuse('projectMismatch', 'the token does not match the project');
    return projectNamed(id);
  }

  function projectNamed(id: string): Project {
    const known = projects.get(id);
    if (known !== undefined) return known;
    const project: Project = { id, queues: new Map(), queueNames: new Set() };
    projects.set(id, project);
    return project;
  }

  function serve(request: IncomingMessage, response: ServerResponse, path: string, query: string): void {
    const { method = '' } = request;
    const contentType = request.headers['content-type'];
    const incoming: Incoming = { method, path, contentType, call: callOf(method, path) };
    const reply: Reply = (outcome) => {
      const answer = isRefusal(outcome) ? behaviour.writeRefusal(outcome) : outcome;
      const { delayMs, ...transmission } = behaviour.transmit(answer, incoming);
      later(delayMs, () => send(response, transmission));
    };
    const { delayMs, instead } = behaviour.receive(incoming);
    later(delayMs, () =>
      guarded(reply, () => {
        if (instead === undefined) carryOut(request, response, path, query, reply);
        else reply(instead);
      }),
    );
  }

  function carryOut(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: string,
    reply: Reply,
  ): void {
    const target = findRoute(path);
    if (target === undefined || (hooks.arrange !== undefined && !target.tested)) {
      reply(refuse('urlNotFound', `there is no URL ${shown(path)}`));
      return;
    }
    const project = admit(request, target.projectId);
    if (isRefusal(project)) {
      reply(project);
      return;
    }
    const offered = [...target.route.keys()];
    const method = behaviour.readMethod(request.method ?? '', offered);
    const operation = target.route.get(method);
    if (operation === undefined) {
      // HEAD too: one that consumed would lose messages.
      reply(refuseMethod(method, offered.join(', ')));
      return;
    }
    const { queueId, groupId } = target;
    const operate = (bodyText: string, body: unknown): void => {
      time.runDue();
      const outcome = operation(service, {
        project,
        queueId,
        groupId,
        query,
        bodyText,
        body,
        reply: { send: reply, onDisconnect: (forget) => onDisconnect(request, response, forget) },
      });
      if (outcome !== undefined) reply(outcome);
    };
    if (method !== 'POST') operate('', undefined);
    else if (!acceptsAsJson(request.headers['content-type'])) {
      reply(refuse('unsupportedMediaType', 'Content-Type must be application/json'));
    } else {
      readBody(request, (bytes) => {
        const body = readJson(bytes);
        if (isRefusal(body)) reply(body);
        else guarded(reply, () => operate(...body));
      });
    }
  }

  function refuseMethod(method: string, allowed: string): Answer {
    const answer =
      method === 'OPTIONS'
        ? noContent
        : behaviour.writeRefusal(refuse('methodNotAllowed', `${method} is not allowed here, ${allowed} is`));
    return { ...answer, headers: { ...answer.headers, Allow: allowed } };
  }

  function serveClock(hook: ClockHook, request: IncomingMessage, response: ServerResponse): void {
    const reply: Reply = (outcome) =>
      send(response, { answer: isRefusal(outcome) ? behaviour.writeRefusal(outcome) : outcome });
    readBody(request, (bytes) => {
      whenNoticed(() => guarded(reply, () => reply(hook(request.method, bytes?.toString() ?? ''))));
    });
  }

  /** For whoever runs the endpoint, so it asks for no token; the request names the project. */
  function serveArrange(arrange: ArrangeHook, request: IncomingMessage, response: ServerResponse): void {
    const reply: Reply = (outcome) =>
      send(response, { answer: isRefusal(outcome) ? behaviour.writeRefusal(outcome) : outcome });
    readBody(request, (bytes) => {
      guarded(reply, () => {
        const read = readJson(bytes);
        if (isRefusal(read)) return reply(read);
        const [text, body] = read;
        if (request.method !== 'POST' || !isObject(body))
          return reply(refuse('invalidFields', 'expected a POST of an object'));
        time.runDue();
        return reply(arrange(projectNamed(String(body.project)), text, body));
      });
    });
  }

  return (request, response, url) => {
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (hooks.clock !== undefined && path === clockPath) serveClock(hooks.clock, request, response);
    else if (hooks.arrange !== undefined && path === arrangePath) serveArrange(hooks.arrange, request, response);
    else serve(request, response, path, mark < 0 ? '' : url.slice(mark + 1));
  };
}

type Reply = (outcome: Answer | Refusal) => void;

/** Whatever fails in here is a mistake of the emulator; its client must not be left waiting for that. */
function guarded(reply: Reply, act: () => void): void {
  try {
    act();
  } catch (error) {
    reply(refuse('internal', `the emulator failed: ${String(error)}`));
  }
}

function later(delayMs: number, act: () => void): void {
  if (delayMs > 0) setTimeout(act, delayMs);
  else act();
}

function readJson(bytes: Buffer | undefined): readonly [text: string, value: unknown] | Refusal {
  if (bytes === undefined) return refuse('bodyTooLarge', `a request body has at most ${bodyLimitBytes} bytes`);
  if (!isUtf8(bytes)) return refuse('notJson', 'the body is not UTF-8');
  const text = bytes.toString();
  try {
    return [text, JSON.parse(text)];
  } catch {
    return refuse('notJson', `the body is not JSON: ${shown(text)}`);
  }
}
