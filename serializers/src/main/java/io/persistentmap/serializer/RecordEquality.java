package io.persistentmap.serializer;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Tells whether the {@code equals} of a record class is the one that compilers generate, which
 * compares all components and nothing else.
 *
 * <p>Reflection cannot tell, so the class file is read. The generated method is {@code aload_0,
 * aload_1, invokedynamic, ireturn}, which no method written by hand compiles to: the only
 * invokedynamic that takes the record and another object and returns a boolean is that of {@link
 * java.lang.runtime.ObjectMethods}.
 */
final class RecordEquality {
  private static final int CODE_LENGTH = 8;
  private static final int ALOAD_0 = 0x2A;
  private static final int ALOAD_1 = 0x2B;
  private static final int INVOKEDYNAMIC = 0xBA;

  private final DataInputStream in;
  private final String[] names;

  private RecordEquality(DataInputStream in) throws IOException {
    this.in = in;
    in.skipNBytes(8); // magic and version
    names = new String[in.readUnsignedShort()];
    readConstants();
  }

  /** Returns false also where no class file can be found: the careful answer. */
  static boolean isGenerated(Class<?> record) {
    String path = "/" + record.getName().replace('.', '/') + ".class";
    try (InputStream file = record.getResourceAsStream(path)) {
      return file != null && new RecordEquality(new DataInputStream(file)).findEquals();
    } catch (IOException | RuntimeException unreadable) {
      return false;
    }
  }

  private void readConstants() throws IOException {
    for (int i = 1; i < names.length; i++) {
      int kind = in.readUnsignedByte();
      switch (kind) {
        case 1 -> names[i] = in.readUTF();
        case 5, 6 -> { // long and double fill two entries
          in.skipNBytes(8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        default -> in.skipNBytes(4);
      }
    }
  }

  private boolean findEquals() throws IOException {
    in.skipNBytes(6); // access flags, this class, super class
    in.skipNBytes(2L * in.readUnsignedShort()); // interfaces
    for (int fields = in.readUnsignedShort(); fields > 0; fields--) {
      in.skipNBytes(6);
      skipAttributes();
    }
    for (int methods = in.readUnsignedShort(); methods > 0; methods--) {
      in.skipNBytes(2);
      String name = names[in.readUnsignedShort()];
      String descriptor = names[in.readUnsignedShort()];
      if ("equals".equals(name) && "(Ljava/lang/Object;)Z".equals(descriptor)) {
        return isGeneratedCode();
      }
      skipAttributes();
    }
    return false;
  }

  private boolean isGeneratedCode() throws IOException {
    for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
      String name = names[in.readUnsignedShort()];
      int length = in.readInt();
      if ("Code".equals(name)) {
        in.skipNBytes(4); // sizes of stack and locals
        return in.readInt() == CODE_LENGTH
            && in.readUnsignedByte() == ALOAD_0
            && in.readUnsignedByte() == ALOAD_1
            && in.readUnsignedByte() == INVOKEDYNAMIC;
      }
      in.skipNBytes(length);
    }
    return false;
  }

  private void skipAttributes() throws IOException {
    for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
      in.skipNBytes(2);
      in.skipNBytes(in.readInt());
    }
  }
}
