package io.persistentmap.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.FileAccessException;
import io.persistentmap.NotAHashFileException;
import io.persistentmap.PersistentMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that a file of something else is refused as what it is, short or long, and left alone. */
final class ForeignFileTest {
  private static final int LONG = 20_000;

  @TempDir Path dir;

  @Test
  void open_foreignFile_namedAndUntouched() throws IOException {
    int number = 0;
    for (Map.Entry<String, byte[]> foreign : files().entrySet()) {
      byte[] bytes = foreign.getValue();
      byte[] longer = Arrays.copyOf(bytes, LONG);
      if (foreign.getKey().startsWith("text")) {
        Arrays.fill(longer, bytes.length, LONG, (byte) '.');
      }
      for (byte[] content : new byte[][] {bytes, longer}) {
        Path file = Files.write(dir.resolve("foreign" + number++), content);
        assertThatThrownBy(() -> open(file))
            .isInstanceOf(NotAHashFileException.class)
            .hasMessageContaining(file + ": is no hash file: it is " + foreign.getKey())
            .hasMessageContaining("left as it is");
        assertThat(file).hasBinaryContent(content);
      }
    }
  }

  private static Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a SQLite database", bytes("SQLite format 3\0......"));
    files.put("an H2 database (MVStore)", bytes("H:2,block:2,blockSize:1000,chunk:1,clean:1"));
    files.put("a MapDB database", hex("4a030000000000000000000000000001"));
    files.put("an LMDB database", hex("00000000000000000000080000000000dec0efbe01000000"));
    files.put("a GNU dbm database", hex("cf9a57130010000000020000"));
    files.put("a Berkeley DB database", hex("000000000000000000000000611506000900000000100000"));
    files.put(
        "a Chronicle Map", bytes("\3\2\1\0\0\0\0\0\220\1\0\0!net.openhft.chronicle.map.Vanilla"));
    files.put("a ZIP or JAR archive", zip());
    files.put("a file compressed by gzip", gzip());
    files.put("a PNG image", hex("89504e470d0a1a0a0000000d49484452"));
    files.put("a PDF document", bytes("%PDF-1.7\n%\342\343"));
    files.put("an ELF program or library", hex("7f454c4602010100"));
    files.put("a Java class file", ownClass());
    files.put("a stream of Java serialization", serialized());
    files.put("an XML document", bytes("<?xml version=\"1.0\"?><a/>"));
    files.put("text, perhaps JSON", bytes("{\"users\": [1, 2]}\n"));
    files.put("text", "h\u00e4ngt davon ab\n".getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /** Text whose character is cut at the end of what is looked at is text all the same. */
  @Test
  void open_textOfManyBytesACharacter_isText() throws IOException {
    for (String start : new String[] {"", "x"}) {
      Path file = Files.writeString(dir.resolve("text" + start), start + "\u00e4".repeat(LONG));
      assertThatThrownBy(() -> open(file))
          .isInstanceOf(NotAHashFileException.class)
          .hasMessageContaining("it is text");
    }
  }

  @Test
  void open_unknownFile_firstBytesToldAndWhatWasExpected() throws IOException {
    Path file = Files.write(dir.resolve("unknown"), hex("00ff0102030405060708"));
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(NotAHashFileException.class)
        .hasMessageContaining("it starts with 0x00ff010203040506, expected \"PMapHash\"");
  }

  @Test
  void open_directoryOfDatabase_named() throws IOException {
    Path rocks = Files.createDirectory(dir.resolve("rocks"));
    Files.createFile(rocks.resolve("CURRENT"));
    Files.createFile(rocks.resolve("IDENTITY"));
    assertThatThrownBy(() -> open(rocks))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("the directory of a RocksDB database");
    Path other = Files.createDirectory(dir.resolve("other"));
    assertThatThrownBy(() -> open(other))
        .isInstanceOf(FileAccessException.class)
        .hasMessageContaining("is a directory");
  }

  private static void open(Path file) {
    PersistentMap.open(file, String.class, String.class).close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a"));
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(1);
    }
    return bytes.toByteArray();
  }

  private static byte[] serialized() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject("a");
    }
    return bytes.toByteArray();
  }

  private static byte[] ownClass() throws IOException {
    try (InputStream in = ForeignFileTest.class.getResourceAsStream("ForeignFileTest.class")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
