// SPDX-License-Identifier: Apache-2.0
// Writes an HTML page about each application, from the texts that -help shows, and an index of them.
#include "otbWrapperApplicationRegistry.h"
#include "otbWrapperChoiceParameter.h"

#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace
{
using otb::Wrapper::Application;

constexpr char Style[] =
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{white-space:pre-wrap;padding:.7rem 1rem;border:1px solid #8886;border-radius:.4rem}"
    "dt{margin-top:1rem}dd{margin:.1rem 0 0 1.5rem}dd ul{margin:.2rem 0;padding-left:1.2rem}.facts{opacity:.75}a{color:LinkText}";

std::string Escape(const std::string& text)
{
  std::string escaped;
  for (const char c : text)
  {
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return escaped;
}

void WritePage(const std::string& folder, const std::string& name, const std::string& title, const std::string& body)
{
  const std::string path = folder + "/" + name + ".html";
  std::ofstream     page(path);
  page << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>"
       << Escape(title) << "</title>\n<style>" << Style << "</style>\n</head>\n<body>\n"
       << body << "</body>\n</html>\n";
  if (!page.flush())
  {
    throw std::runtime_error("cannot write " + path);
  }
}

std::string GetTypeText(const Application* application, const std::string& key)
{
  switch (application->GetParameterType(key))
  {
  case otb::Wrapper::ParameterType_Int:
  case otb::Wrapper::ParameterType_RAM:
    return "whole number";
  case otb::Wrapper::ParameterType_Float:
  case otb::Wrapper::ParameterType_Double:
    return "number";
  case otb::Wrapper::ParameterType_Bool:
    return "true or false";
  case otb::Wrapper::ParameterType_Choice:
    return "choice";
  case otb::Wrapper::ParameterType_InputImage:
    return "input image";
  case otb::Wrapper::ParameterType_InputFilename:
    return "input file";
  case otb::Wrapper::ParameterType_OutputImage:
    return "output image";
  case otb::Wrapper::ParameterType_OutputFilename:
    return "output file";
  default:
    return "text";
  }
}

/** One of the list of parameters. */
std::string Describe(Application* application, const std::string& key)
{
  const auto         parameter = application->GetParameterByKey(key);
  std::ostringstream html;
  html << "<dt id=\"" << Escape(key) << "\"><code>" << (parameter->GetRole() == otb::Wrapper::Role_Output ? "" : "-") << Escape(key) << "</code> "
       << Escape(application->GetParameterName(key)) << " <span class=\"facts\">(";
  if (parameter->GetRole() == otb::Wrapper::Role_Output)
  {
    html << "result";
  }
  else
  {
    html << GetTypeText(application, key) << (parameter->GetMandatory() && !parameter->HasValue() ? ", required" : "");
    if (parameter->HasValue())
    {
      html << ", by default <code>" << Escape(application->GetParameterAsString(key)) << "</code>";
    }
  }
  html << ")</span></dt>\n<dd>" << Escape(application->GetParameterDescription(key));
  if (auto* const choice = dynamic_cast<otb::Wrapper::ChoiceParameter*>(parameter))
  {
    const auto keys  = choice->GetChoiceKeys();
    const auto names = choice->GetChoiceNames();
    html << "\n<ul>\n";
    for (std::size_t i = 0; i < keys.size(); ++i)
    {
      const std::string& text = application->GetParameterDescription(key + "." + keys[i]);
      html << "<li><code>" << Escape(keys[i]) << "</code>: " << Escape(names[i]) << (text.empty() ? "" : ". " + Escape(text)) << "</li>\n";
    }
    html << "</ul>";
  }
  html << "</dd>\n";
  return html.str();
}

std::string Describe(Application* application)
{
  std::ostringstream html;
  html << "<p><a href=\"index.html\">All applications</a></p>\n<h1>" << Escape(application->GetName()) << "</h1>\n<p><strong>"
       << Escape(application->GetDescription()) << ".</strong></p>\n<p>" << Escape(application->GetDocLongDescription()) << "</p>\n<h2>Example</h2>\n<pre>"
       << Escape(application->GetCLExample()) << "</pre>\n<h2>Parameters</h2>\n<dl>\n";
  for (const std::string& key : application->GetParametersKeys(true))
  {
    html << (application->GetParameterType(key) == otb::Wrapper::ParameterType_Group ? std::string() : Describe(application, key));
  }
  html << "</dl>\n<h2>Limitations</h2>\n<p>" << Escape(application->GetDocLimitations()) << "</p>\n<h2>See also</h2>\n<p>"
       << Escape(application->GetDocSeeAlso()) << "</p>\n<h2>Authors</h2>\n<p>" << Escape(application->GetDocAuthors()) << "</p>\n";
  return html.str();
}
} // namespace

int main(int argc, char* argv[])
try
{
  if (argc < 4)
  {
    std::cerr << "usage: " << argv[0] << " FOLDER-OF-PAGES FOLDER-OF-APPLICATIONS APPLICATION...\n";
    return 1;
  }
  const std::string  folder = argv[1];
  std::ostringstream index;
  index << "<h1>Hyperspectral super-resolution</h1>\n<dl>\n";
  otb::Wrapper::ApplicationRegistry::SetApplicationPath(argv[2]);
  for (int i = 3; i < argc; ++i)
  {
    const std::string name        = argv[i];
    const auto        application = otb::Wrapper::ApplicationRegistry::CreateApplicationFaster(name);
    if (application.IsNull())
    {
      throw std::runtime_error("no application " + name + " in " + argv[2]);
    }
    WritePage(folder, name, name, Describe(application));
    index << "<dt><a href=\"" << name << ".html\">" << name << "</a></dt>\n<dd>" << Escape(application->GetDescription()) << ".</dd>\n";
  }
  index << "</dl>\n";
  WritePage(folder, "index", "Applications of SpectraMorph", index.str());
}
catch (const std::exception& error)
{
  std::cerr << error.what() << '\n';
  return 1;
}
