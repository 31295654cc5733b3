package io.persistentmap.format;

/** What a message about damage ends with. */
public final class Remedy {
  /** A file, or a part of it, is not what was written. */
  public static final String FOR_DAMAGE =
      "; restore a snapshot or a backup (pmap restore), or save what can be read (pmap salvage)";

  private Remedy() {}
}
