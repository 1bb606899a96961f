/** The platform's own records; behaviours of the core read some of them too, so they stand there. */
export * from '../resources/records.ts';
