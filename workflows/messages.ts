import { defineSignal } from '@temporalio/workflow';

/** Sets how many items may be open at once; 0 pauses. Sent to the root, which passes it on. */
export const setWindow = defineSignal<[number]>('setWindow');

/** A shard with nothing left to start tells the root how many places it still holds. */
export const placesHeld = defineSignal<[{ shard: number; held: number }]>('placesHeld');
