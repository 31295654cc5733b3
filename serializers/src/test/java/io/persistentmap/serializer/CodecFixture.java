package io.persistentmap.serializer;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;

/** A codec with its class table, and arrays in place of buffers. */
final class CodecFixture {
  final InMemoryClassTable classes;
  final Codec codec;

  /** A codec that may store what the tests of this package declare. */
  CodecFixture() {
    this(options -> {});
  }

  /** A codec with further options. */
  CodecFixture(Consumer<CodecOptions.Builder> more) {
    this(new InMemoryClassTable(), builder(more).build(CodecFixture.class.getClassLoader()));
  }

  CodecFixture(InMemoryClassTable classes, CodecOptions options) {
    this.classes = classes;
    this.codec = new Codec(classes, options);
  }

  private static CodecOptions.Builder builder(Consumer<CodecOptions.Builder> more) {
    CodecOptions.Builder builder =
        new CodecOptions.Builder().allowPackage(CodecFixture.class.getPackageName());
    more.accept(builder);
    return builder;
  }

  byte[] encode(Object value) {
    ByteWriter out = new ByteWriter(0);
    codec.write(value, out);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Reads a value that must fill all bytes. */
  Object decode(byte[] bytes) {
    ByteReader in = new ByteReader(bytes, 0, bytes.length);
    Object value = codec.read(in);
    if (in.remaining() != 0) {
      throw new AssertionError(in.remaining() + " bytes left over of " + toHex(bytes));
    }
    return value;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the test knows what it wrote
  <T> T roundTrip(T value) {
    return (T) decode(encode(value));
  }

  String hex(Object value) {
    return toHex(encode(value));
  }

  Object decodeHex(String hex) {
    return decode(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static String toHex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
