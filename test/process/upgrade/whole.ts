export * from '../../../lib'
export { nedbStorage } from '../../../plugins/storage-nedb'
export { segmentStorage } from '../../../plugins/storage-segments'
