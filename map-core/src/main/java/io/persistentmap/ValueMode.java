package io.persistentmap;

/**
 * What an object that was put in, or handed out, has to do with the entry.
 *
 * <p>A <b>live</b> value is an object that is the value of its key as long as the map is open: each
 * {@code get} returns that very object, and {@code checkpoint()} writes it again if it has changed.
 * It stays on the heap until its key gets another value or is removed. A <b>copied</b> value is
 * serialised when it is put; what is handed out is a copy, and changing it changes no entry. {@link
 * PersistentMap#explain} tells which of them the values of a class are.
 */
public enum ValueMode {
  /**
   * Values are live if they are of a class whose objects may change, and copied otherwise (strings,
   * numbers, enums, {@code java.time}, records of such). The default: what code that used a {@code
   * HashMap} expects.
   */
  AUTO,
  /** All values are live, also those that can't change: for code that compares them by identity. */
  LIVE,
  /**
   * All values are copied: maps can be larger than the heap. Those that can't change are kept in a
   * cache and shared.
   */
  COPIED
}
