package io.persistentmap.platform;

/** Lets tests in other packages use the system calls of any platform, also on Linux. */
public final class PortableFiles {
  private PortableFiles() {}

  /** Creates them. */
  public static FileSystem create() {
    return new PortableFileSystem();
  }
}
