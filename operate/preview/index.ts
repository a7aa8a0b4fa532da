export { type DataLoss, dataLosses, lossInWords, type PlannedStep } from './data-losses';
