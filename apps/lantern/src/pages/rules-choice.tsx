import type { FC } from 'hono/jsx';
import { Choices } from '../design/table.tsx';
import type { Chosen } from '../figures/chosen.ts';
import { PRESETS } from '../ledger/index.ts';

/** Whose rules, and which currency; a choice takes effect at once, because every figure is derived. */
export const RulesChoice: FC<{ chosen: Chosen }> = ({ chosen }) => (
  <>
    <Choices
      label="Rules"
      choices={PRESETS.map(({ id, name }) => ({
        label: name,
        href: `?rules=${id}&currency=${chosen.currency}`,
        current: id === chosen.preset.id,
      }))}
    />
    <p class="quiet">{chosen.preset.sentence}</p>
    {chosen.currencies.length > 1 && (
      <Choices
        label="Currency"
        choices={chosen.currencies.map((one) => ({
          label: one.toUpperCase(),
          href: `?rules=${chosen.preset.id}&currency=${one}`,
          current: one === chosen.currency,
        }))}
      />
    )}
  </>
);
