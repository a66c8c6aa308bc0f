import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Service } from './calls.ts';
import { clockPath, type ClockHook } from './clock-hook.ts';
import { acceptsAsJson, bodyLimitBytes, onDisconnect, readBody, send } from './http.ts';
import type { Project } from './model.ts';
import { isRefusal, refuse, shown, type Refusal } from './refusals.ts';
import type { Answer } from './responses.ts';
import { findRoute } from './routes.ts';

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

/** The HTTP server of an emulator, not yet listening. */
export function createHttpServer(service: Service, admission: Admission, hook: ClockHook | undefined): Server {
  const { behaviour, time } = service;
  const projects = new Map<string, Project>();

  function admit(request: IncomingMessage, projectId: string): Project | Refusal {
    if (admission.token !== undefined) {
      const token = request.headers['x-auth-token'];
      if (token === undefined) return refuse('missingToken', 'X-Auth-Token is missing');
      if (token !== admission.token) return refuse('wrongToken', 'X-Auth-Token is not valid');
    }
    const known = projects.get(projectId);
    if (known !== undefined) return known;
    if (!/^[\w-]{1,64}$/.test(projectId)) return refuse('malformedProject', 'the project id is malformed');
    if (admission.project !== undefined && projectId !== admission.project) {
      return refuse('projectMismatch', 'the token does not match the project');
    }
    const project: Project = { id: projectId, queues: new Map(), queueNames: new Set() };
    projects.set(projectId, project);
    return project;
  }

  function answer(response: ServerResponse, outcome: Answer | Refusal): void {
    send(response, isRefusal(outcome) ? behaviour.writeRefusal(outcome) : outcome);
  }

  function serve(request: IncomingMessage, response: ServerResponse, path: string, query: string): void {
    const target = findRoute(path);
    if (target === undefined) {
      answer(response, refuse('urlNotFound', `there is no URL ${shown(path)}`));
      return;
    }
    const project = admit(request, target.projectId);
    if (isRefusal(project)) {
      answer(response, project);
      return;
    }
    const { method = '' } = request;
    const operation = target.route.get(method);
    if (operation === undefined) {
      // HEAD too: one that consumed would lose messages.
      refuseMethod(response, method, [...target.route.keys()].join(', '));
      return;
    }
    const carryOut = (bodyText: string, body: unknown): void => {
      time.runDue();
      const outcome = operation(service, {
        project,
        queueId: target.queueId,
        groupId: target.groupId,
        query,
        bodyText,
        body,
        reply: {
          send: (later) => send(response, later),
          onDisconnect: (forget) => onDisconnect(request, response, forget),
        },
      });
      if (outcome !== undefined) answer(response, outcome);
    };
    if (method !== 'POST') carryOut('', undefined);
    else if (!acceptsAsJson(request.headers['content-type'])) {
      answer(response, refuse('unsupportedMediaType', 'Content-Type must be application/json'));
    } else {
      readBody(request, (bytes) => {
        const body = readJson(bytes);
        if (isRefusal(body)) answer(response, body);
        else guarded(response, () => carryOut(...body));
      });
    }
  }

  function refuseMethod(response: ServerResponse, method: string, allowed: string): void {
    if (method === 'OPTIONS') {
      send(response, { status: 204, headers: { Allow: allowed }, body: '' });
      return;
    }
    const refused = behaviour.writeRefusal(refuse('methodNotAllowed', `${method} is not allowed here, ${allowed} is`));
    send(response, { ...refused, headers: { ...refused.headers, Allow: allowed } });
  }

  function serveClock(hook: ClockHook, request: IncomingMessage, response: ServerResponse): void {
    readBody(request, (bytes) => {
      // What other clients did before this request was sent, arriving or going, may be noticed only in the next turns
      // of the event loop; it has to count before time moves.
      setImmediate(() =>
        setImmediate(() => guarded(response, () => send(response, hook(request.method, bytes?.toString() ?? '')))),
      );
    });
  }

  /** Whatever fails in here is a mistake of the emulator; its client must not be left waiting for that. */
  function guarded(response: ServerResponse, act: () => void): void {
    try {
      act();
    } catch (error) {
      answer(response, refuse('internal', `the emulator failed: ${String(error)}`));
    }
  }

  return createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    guarded(response, () => {
      if (hook !== undefined && path === clockPath) serveClock(hook, request, response);
      else serve(request, response, path, mark < 0 ? '' : url.slice(mark + 1));
    });
  });
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
