export { type Business, readBusiness } from './business.ts';
export { type Ledger, type LedgerStay, ledgerOf } from './ledger.ts';
export { live, type Place, type Progress } from './live.ts';
export { type Scenario, scenarioOf } from './scenario.ts';
