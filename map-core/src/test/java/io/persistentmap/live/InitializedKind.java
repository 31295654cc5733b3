package io.persistentmap.live;

/** A part of values. */
enum InitializedKind {
  FIRST,
  SECOND;

  static {
    InitializerHook.reached(InitializedKind.class);
  }
}
