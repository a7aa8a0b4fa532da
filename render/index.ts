export { overlayDifferences } from './overlay';
export { renderedObjects, renderPlan } from './plan';
