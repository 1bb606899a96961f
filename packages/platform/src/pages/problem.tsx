import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Front, page } from './layout.tsx';

export interface Problem {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly text: string;
  /** What a program gets in the same place, shown word for word. */
  readonly json?: unknown;
  readonly back?: { readonly href: string; readonly label: string };
}

/** A page that says what went wrong and what to do. */
// biome-ignore lint/suspicious/noExplicitAny: pages of every environment can have a problem
export function problemPage(c: Context<any>, problem: Problem): Response | Promise<Response> {
  const { status, title, text, json, back } = problem;
  return page(
    c,
    <Front title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      {json !== undefined && (
        <>
          <p class="quiet">A program gets this answer, with status {status}:</p>
          <pre class="code">{JSON.stringify(json, null, 2)}</pre>
        </>
      )}
      <p>
        <a href={back?.href ?? '/'}>{back?.label ?? 'To the dashboard'}</a>
      </p>
    </Front>,
    status,
  );
}
