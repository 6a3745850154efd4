// The one module of all kernels. They take addresses into its memory and allocate nothing.
export { resampleAcross, resampleAlong } from './resample';
export { quantiseRows } from './quantise';
export { multiplyRows, multiplyRowsByFour } from './search';

/** The first byte that the module does not use itself; a multiple of 64. */
export function dataStart(): usize {
  return (__heap_base + 63) & ~63;
}
