import { Front, html } from '../design/layout.tsx';
import type { Visit } from '../web/visit.ts';

export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** What went wrong, whether anything was changed, and where to go on. */
export const problem = (visit: Visit, { status, title, text }: Problem): Response =>
  html(
    <Front visit={visit} title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
      <p>
        <a href="/">Back to the start</a>
      </p>
    </Front>,
    status,
  );
