package io.persistentmap;

/** What an object that was put in, or handed out, has to do with the entry. */
public enum ValueMode {
  /**
   * A value is serialised when it is put, and what is handed out is a copy: changing an object
   * changes no entry, until it is put again. Values of types known to be immutable (strings,
   * numbers, enums, {@code java.time}, records of such) are kept in a cache and shared. Maps can be
   * larger than the heap. The only mode of this release.
   */
  COPIED
}
