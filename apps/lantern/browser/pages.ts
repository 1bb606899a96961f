import { routes } from '../src/index.ts';

/** Pages that are no page to look at: files, the stream, and the way back from checkout. */
const NO_PAGES = /\.csv$|\/live$|\/return$/;

/** Every page of an account that needs no further id, from the router: a new one cannot be forgotten. */
export const pagesOf = (account: string): string[] =>
  routes
    .filter(({ method, path }) => method === 'GET' && path.startsWith('/a/') && !NO_PAGES.test(path))
    .map(({ path }) => path.replace(':account', account).replace(':mode', 'test'))
    .filter((path) => !path.includes(':'));
