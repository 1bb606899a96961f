export { Contract, loadContract, type Match, type Operation } from './contract.ts';
export { checkExpand, expandAnswer, type Fetch, type Include } from './expand.ts';
export { fieldDescription, listFilters, listNeeds, listPaths, type ObjectField, objectFields } from './fields.ts';
export { fitFields } from './fit.ts';
export { decodeForm, type Form, FormError, type FormHash } from './form.ts';
export { ParamError } from './param-error.ts';
export { readParams } from './params.ts';
export { type AnswerGiven, contractAnswer, defaultObject, type Given } from './shape.ts';
export { type Field, fieldsOf, type Node, type NodeId, type Table } from './table.ts';
