import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Visit } from '../web/visit.ts';

/** The hidden field that every form carries. */
export const Csrf: FC<{ visit: Visit }> = ({ visit }) => <input type="hidden" name="csrf" value={visit.csrf} />;

export interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password' | 'url';
  readonly value?: string;
  readonly hint?: string;
  /** What is wrong with it, in a sentence. */
  readonly error?: string | undefined;
  readonly autocomplete?: string;
  readonly required?: boolean;
}

export const Field: FC<FieldProps> = ({ label, name, type = 'text', value, hint, error, autocomplete, required = true }) => {
  const told = [hint === undefined ? undefined : `${name}-hint`, error === undefined ? undefined : `${name}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        value={value}
        autocomplete={autocomplete}
        required={required}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={told === '' ? undefined : told}
      />
      {hint !== undefined && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && (
        <span class="wrong" id={`${name}-error`}>
          {error}
        </span>
      )}
    </p>
  );
};

export const Notice: FC<PropsWithChildren<{ kind?: 'good' | 'bad' | 'warn' }>> = ({ kind, children }) => (
  <div class={kind === undefined ? 'notice' : `notice ${kind}`} role={kind === 'bad' ? 'alert' : undefined}>
    {children}
  </div>
);

/** Shown where there is nothing yet: what would be here, and what to do. */
export const Empty: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children}
  </div>
);

/** Our own button: no mark, font or colour of Stripe's. */
export const ConnectButton: FC<{ href: string; label?: string }> = ({ href, label = 'Connect your Stripe account' }) => (
  <a class="connect" href={href}>
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d="M7 2.5v4M13 2.5v4M4.5 6.5h11v2.5a5.5 5.5 0 0 1-11 0zM10 14.5v3"
        fill="none"
        stroke="currentColor"
        stroke-width="1.7"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
    {label}
  </a>
);
