import { assemble, type PlatformOptions, type RunningPlatform } from './platform.ts';

export type { PlatformOptions, RunningPlatform } from './platform.ts';

/** Starts a platform in this process: on port 0 unless told otherwise, forgetting everything unless `data` is given. */
export function createPlatform(options: PlatformOptions = {}): Promise<RunningPlatform> {
  return assemble({ port: 0, ...options }, []);
}
