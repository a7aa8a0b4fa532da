// The types of values that a stack file may hold, each with a parser that says what was expected.
export { gitBranch, gitReference } from './git';
export { hostAndPort, hostname, hostOrAddress, hostPattern, publicHostname } from './hosts';
export { image, imageBeginning } from './images';
export {
  annotations,
  byName,
  className,
  dataKey,
  dnsLabel,
  extendedResource,
  labelKey,
  labels,
  labelValue,
  objectName,
} from './names';
export { network, networkFault } from './networks';
export { placeholderFault } from './placeholders';
export { byteQuantity, cpuQuantity, memoryQuantity, resources } from './quantities';
export { cronSchedule } from './schedules';
export { encrypted, encryptedValue, markOf } from './secrets';
export { integer, reason, relativePath, text } from './text';
export { deliveryUrl, gitHttpsUrl, gitUrl, httpsOrigin, httpsUrl, otlpEndpoint, proxyUrl, webOrigin } from './urls';
