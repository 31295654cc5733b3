package io.persistentmap.serializer;

import java.util.List;

/** What the name of a class tells. */
final class ClassNames {
  private static final List<String> JDK_PREFIXES =
      List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  private ClassNames() {}

  /** Returns whether the JDK has, or reserves, this name. */
  static boolean isJdk(String name) {
    for (String prefix : JDK_PREFIXES) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  static boolean isJdk(Class<?> type) {
    return isJdk(type.getName());
  }

  static boolean isArray(String name) {
    return name.startsWith("[");
  }

  /**
   * Returns the name of the class of which an array class is made in the end; other names as they
   * are. Primitive types have the name that the language has for them.
   */
  static String element(String name) {
    int depth = 0;
    while (depth < name.length() && name.charAt(depth) == '[') {
      depth++;
    }
    if (depth == 0) {
      return name;
    }
    if (name.startsWith("L", depth) && name.endsWith(";")) {
      return name.substring(depth + 1, name.length() - 1);
    }
    return depth + 1 == name.length() ? primitive(name.charAt(depth)) : name;
  }

  /** Returns the class of which an array class is made in the end; other classes as they are. */
  static Class<?> element(Class<?> type) {
    Class<?> element = type;
    for (Class<?> next = type; next != null; next = next.getComponentType()) {
      element = next;
    }
    return element;
  }

  private static String primitive(char letter) {
    return switch (letter) {
      case 'Z' -> "boolean";
      case 'B' -> "byte";
      case 'S' -> "short";
      case 'C' -> "char";
      case 'I' -> "int";
      case 'J' -> "long";
      case 'F' -> "float";
      case 'D' -> "double";
      default -> "[" + letter; // no class has this name
    };
  }

  /** Replaces the element class in the name of an array class, or the name itself. */
  static String withElement(String name, String element) {
    int depth = name.lastIndexOf('[') + 1;
    return depth == 0 ? element : name.substring(0, depth) + "L" + element + ";";
  }

  /** Returns the package of a class, "" for the unnamed one. */
  static String packageOf(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}
