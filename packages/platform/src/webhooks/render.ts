/** How an event looks on its way to one endpoint. */
export interface Rendering {
  /** Set where the endpoint listens to connected accounts; absent otherwise, not null. */
  readonly account: string | undefined;
  /** Endpoints that have not acknowledged the event yet. */
  readonly pending: number;
}

const PENDING = '"pending_webhooks":';

/** `pending_webhooks` of an event's stored text: the last member of that name, because `data` comes before it. */
export function pendingOf(text: string): number {
  const at = text.lastIndexOf(PENDING) + PENDING.length;
  return Number.parseInt(text.slice(at, at + 9), 10);
}

export function withPending(text: string, pending: number): string {
  const at = text.lastIndexOf(PENDING) + PENDING.length;
  return `${text.slice(0, at)}${pending}${text.slice(text.indexOf(',', at))}`;
}

/** The event as it is posted: members in Stripe's order, `account` behind `object`, indented by two spaces. */
function indented(text: string, rendering: Rendering): string {
  const { id, object, ...rest } = JSON.parse(text) as Record<string, unknown>;
  const { account } = rendering;
  return JSON.stringify({ id, object, ...(account !== undefined && { account }), ...rest }, null, 2);
}

/** `2025-02-24.acacia`, of an event's stored text, whose third member it is. */
export const versionOf = (text: string): string => /"api_version":"([^"]*)"/.exec(text.slice(0, 160))?.[1] ?? '';

const INDENTED_PENDING = '"pending_webhooks": ';
const MOST_KEPT = 256;

/** Renders bodies; remembers the last few, because an event often goes to several endpoints. */
export class Renderer {
  private readonly kept = new Map<string, readonly [head: string, tail: string]>();

  body(event: { readonly id: string; readonly text: string }, rendering: Rendering): string {
    const [head, tail] = this.around(event, rendering);
    return `${head}${rendering.pending}${tail}`;
  }

  /** The body before and after the figure of `pending_webhooks`, which changes while an event is being delivered. */
  private around(event: { readonly id: string; readonly text: string }, rendering: Rendering): readonly [string, string] {
    const key = `${event.id} ${rendering.account ?? ''} ${versionOf(event.text)}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const text = indented(event.text, rendering);
    const at = text.lastIndexOf(INDENTED_PENDING) + INDENTED_PENDING.length;
    const around = [text.slice(0, at), text.slice(text.indexOf(',', at))] as const;
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    this.kept.set(key, around);
    return around;
  }

  clear(): void {
    this.kept.clear();
  }
}
