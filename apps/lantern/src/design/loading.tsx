import type { FC } from 'hono/jsx';
import type { Place } from '../web/place.ts';
import { Bar } from './bits.tsx';

/** Why figures are not whole yet, by how the import stands. */
const SENTENCES: Readonly<Record<string, string>> = {
  running: 'History is still loading, so these figures settle as it does.',
  paused: 'The import is paused, so these figures know only what was read before.',
  cancelled: 'The import was cancelled, so these figures know only what was read before.',
};

export const isLoading = ({ history }: Place): boolean => history === 'running';

/** Said above figures until the whole history is there: what is missing must not look like nothing. */
export const Loading: FC<{ place: Place; fraction?: number | undefined }> = ({ place, fraction }) => {
  const sentence = SENTENCES[place.history ?? ''];
  if (sentence === undefined || place.state !== 'connected') return null;
  return (
    <div class="notice" data-history={place.history}>
      <p>
        {sentence} <a href={`${place.base}/import`}>Follow the import</a>
      </p>
      {fraction !== undefined && <Bar fraction={fraction} label="Progress of the import" />}
    </div>
  );
};
