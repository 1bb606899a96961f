import { type Amount, amount } from './amount.ts';

/** One side of an entry: minor units that an account gains (above zero) or gives (below). */
export interface Posting {
  readonly account: string;
  readonly amount: number;
}

/** What one side gains the others give: an entry whose postings do not come to nothing is refused. */
export interface Entry {
  readonly currency: string;
  readonly postings: readonly Posting[];
}

export class UnbalancedEntry extends RangeError {
  constructor(entry: Entry, rest: number) {
    const sides = entry.postings.map((posting) => `${posting.account} ${posting.amount}`).join(', ');
    super(`an entry must come to 0 ${entry.currency}, not to ${rest}: ${sides}`);
  }
}

/** Throws `UnbalancedEntry` unless the postings come to nothing. */
export function assertBalanced(entry: Entry): void {
  const rest = entry.postings.reduce((sum, posting) => sum + amount(posting.amount), 0);
  if (rest !== 0) throw new UnbalancedEntry(entry, rest);
}

/** Accounts kept by double entry, one set of books over all currencies. Whatever is posted, all accounts together hold nothing. */
export class Books {
  private readonly balances = new Map<string, Map<string, number>>();

  /** Refuses an unbalanced entry whole: nothing of it is kept. */
  post(entry: Entry): void {
    assertBalanced(entry);
    let accounts = this.balances.get(entry.currency);
    if (accounts === undefined) {
      accounts = new Map();
      this.balances.set(entry.currency, accounts);
    }
    for (const posting of entry.postings) accounts.set(posting.account, (accounts.get(posting.account) ?? 0) + posting.amount);
  }

  balance(account: string, currency: string): Amount {
    return amount(this.balances.get(currency)?.get(account) ?? 0);
  }

  currencies(): string[] {
    return [...this.balances.keys()].sort();
  }

  /** Over all accounts: zero, always. */
  total(currency: string): Amount {
    return amount([...(this.balances.get(currency)?.values() ?? [])].reduce((sum, value) => sum + value, 0));
  }
}
