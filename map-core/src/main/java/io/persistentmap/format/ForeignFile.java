package io.persistentmap.format;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of others, told by their first bytes, so that a message can say what is at a path instead
 * of a hash file.
 */
public final class ForeignFile {
  /** As many of a file's first bytes as are looked at. */
  public static final int LOOKED_AT_BYTES = 512;

  private static final int SHOWN_BYTES = 8;

  /** Bytes at a place, and what a file with them is. */
  private static final class Signature {
    private final int offset;
    private final byte[] bytes;
    private final String name;

    private Signature(int offset, byte[] bytes, String name) {
      this.offset = offset;
      this.bytes = bytes;
      this.name = name;
    }

    static Signature hex(int offset, String hex, String name) {
      return new Signature(offset, HexFormat.of().parseHex(hex), name);
    }

    static Signature text(int offset, String text, String name) {
      return new Signature(offset, text.getBytes(StandardCharsets.ISO_8859_1), name);
    }

    boolean isIn(byte[] file, int length) {
      return offset + bytes.length <= length && isAt(file, offset);
    }

    boolean isAt(byte[] file, int from) {
      for (int i = 0; i < bytes.length; i++) {
        if (file[from + i] != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** The first that fits names the file. */
  private static final List<Signature> SIGNATURES =
      List.of(
          Signature.text(0, "SQLite format 3\0", "a SQLite database"),
          Signature.text(0, "H:2,", "an H2 database (MVStore)"),
          Signature.text(0, "-- H2 0.5/B -- ", "an H2 database (PageStore)"),
          Signature.hex(0, "4a030000", "a MapDB database"),
          Signature.hex(16, "dec0efbe", "an LMDB database"),
          Signature.hex(0, "cd9a5713", "a GNU dbm database"),
          Signature.hex(0, "ce9a5713", "a GNU dbm database"),
          Signature.hex(0, "cf9a5713", "a GNU dbm database"),
          Signature.hex(0, "d09a5713", "a GNU dbm database"),
          Signature.hex(0, "d19a5713", "a GNU dbm database"),
          Signature.hex(0, "13579acd", "a GNU dbm database"),
          Signature.hex(0, "13579ace", "a GNU dbm database"),
          Signature.hex(0, "13579acf", "a GNU dbm database"),
          Signature.hex(0, "13579ad0", "a GNU dbm database"),
          Signature.hex(0, "13579ad1", "a GNU dbm database"),
          Signature.hex(12, "62310500", "a Berkeley DB database"),
          Signature.hex(12, "61150600", "a Berkeley DB database"),
          Signature.text(0, "ToKyO CaBiNeT", "a Tokyo Cabinet database"),
          Signature.hex(0, "504b0304", "a ZIP or JAR archive"),
          Signature.hex(0, "504b0506", "a ZIP or JAR archive"),
          Signature.hex(0, "1f8b", "a file compressed by gzip"),
          Signature.text(0, "BZh", "a file compressed by bzip2"),
          Signature.hex(0, "fd377a585a00", "a file compressed by xz"),
          Signature.hex(0, "28b52ffd", "a file compressed by zstd"),
          Signature.hex(0, "377abcaf271c", "a 7-Zip archive"),
          Signature.text(257, "ustar", "a tar archive"),
          Signature.hex(0, "89504e470d0a1a0a", "a PNG image"),
          Signature.hex(0, "ffd8ff", "a JPEG image"),
          Signature.text(0, "GIF8", "a GIF image"),
          Signature.text(0, "%PDF-", "a PDF document"),
          Signature.hex(0, "7f454c46", "an ELF program or library"),
          Signature.text(0, "MZ", "a Windows program or library"),
          Signature.hex(0, "cafebabe", "a Java class file"),
          Signature.hex(0, "aced0005", "a stream of Java serialization"),
          Signature.text(0, "JAVA PROFILE ", "a heap dump"),
          Signature.text(0, "PAR1", "a Parquet file"),
          Signature.text(0, "Obj\1", "an Avro file"),
          Signature.text(0, "<?xml", "an XML document"),
          Signature.text(0, "#!", "a script"));

  /** Its place differs between versions. */
  private static final Signature CHRONICLE =
      Signature.text(0, "!net.openhft.chronicle.", "a Chronicle Map");

  private static final int LAST_PLACE_OF_CHRONICLE = 64;

  private ForeignFile() {}

  /** What is in a directory of a database, and whose it is: the first that fits counts. */
  public enum Directory {
    /** RocksDB has this besides what LevelDB has. */
    ROCKS_DB("IDENTITY", "a RocksDB database"),
    /** LevelDB. */
    LEVEL_DB("CURRENT", "a LevelDB database"),
    /** LMDB. */
    LMDB("data.mdb", "an LMDB database"),
    /** JetBrains Xodus. */
    XODUS("xd.lck", "a Xodus database"),
    /** Berkeley DB Java Edition. */
    BERKELEY("je.lck", "a Berkeley DB Java Edition database");

    private final String file;
    private final String name;

    Directory(String file, String name) {
      this.file = file;
      this.name = name;
    }

    /** Returns the name of the file that tells. */
    public String file() {
      return file;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Says what a file is that is none of ours.
   *
   * @param start its first bytes
   * @param length how many of them there are
   * @return what it is, for a message: "it is a SQLite database"
   */
  public static String describe(byte[] start, int length) {
    String name = name(start, Math.min(length, LOOKED_AT_BYTES));
    return name != null
        ? "it is " + name
        : "it starts with 0x" + HexFormat.of().formatHex(start, 0, Math.min(length, SHOWN_BYTES));
  }

  private static @Nullable String name(byte[] start, int length) {
    for (Signature signature : SIGNATURES) {
      if (signature.isIn(start, length)) {
        return signature.name;
      }
    }
    int last = Math.min(LAST_PLACE_OF_CHRONICLE, length - CHRONICLE.bytes.length);
    for (int from = 0; from <= last; from++) {
      if (CHRONICLE.isAt(start, from)) {
        return CHRONICLE.name;
      }
    }
    return text(start, length);
  }

  private static @Nullable String text(byte[] start, int length) {
    String text = decode(start, length);
    if (text == null || !text.codePoints().allMatch(ForeignFile::isOfText)) {
      return null;
    }
    String stripped = text.strip();
    return stripped.startsWith("{") || stripped.startsWith("[") ? "text, perhaps JSON" : "text";
  }

  /** The last character may be cut. */
  private static @Nullable String decode(byte[] start, int length) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(length);
    boolean bad = decoder.decode(ByteBuffer.wrap(start, 0, length), text, false).isError();
    return bad ? null : text.flip().toString();
  }

  private static boolean isOfText(int character) {
    return !Character.isISOControl(character) || Character.isWhitespace(character);
  }
}
