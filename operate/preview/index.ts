export { type DataLoss, dataLosses, lossInWords, type PlannedStep } from './losses';
