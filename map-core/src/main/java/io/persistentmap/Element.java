package io.persistentmap;

import org.jspecify.annotations.Nullable;

/** An entry that an iteration has come to. */
interface Element<K, V> {
  /** Returns the key. */
  K key();

  /** Returns the value, or null if the entry has been removed meanwhile. */
  @Nullable V value();

  /** Returns the value, or a copy if it would only be made live by that; null as above. */
  @Nullable V peek();
}
