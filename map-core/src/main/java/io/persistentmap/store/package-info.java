/**
 * The store: one hash file with its snapshots, and everything that keeps it whole.
 *
 * <p>{@link io.persistentmap.store.Store} puts the parts together. {@code Recoverer} decides which
 * file a store is opened from, {@code Replay} reads it, {@code Checkpointer} makes a checkpoint
 * durable through a {@code SnapshotStrategy}, {@code Cleaner} and {@code ImageWriter} work behind.
 * Keys and values are bytes here.
 */
@NullMarked
package io.persistentmap.store;

import org.jspecify.annotations.NullMarked;
